from demo.story.phrases import NEGATIVE, NEUTRAL, POSITIVE, Phrase

PHRASES: tuple[Phrase, ...] = (
    ("en", POSITIVE, "The cinnamon bun at Copper Kettle {city} still beats every other one in town."),
    ("en", POSITIVE, "Copper Kettle fixed my order before I could complain. Thank you, {city} team."),
    ("en", POSITIVE, "Rainy day, corner seat, oat flat white. Copper Kettle understands me."),
    ("en", NEUTRAL, "Is the Copper Kettle near the station in {city} open on Sunday?"),
    ("en", NEUTRAL, "Copper Kettle has a pumpkin thing again. Anybody tried it?"),
    ("en", NEUTRAL, "How many stamps for a free coffee at Copper Kettle now, eight or ten?"),
    ("en", NEGATIVE, "Twenty minutes for one espresso at Copper Kettle {city}. Nobody in front of me."),
    ("en", NEGATIVE, "Copper Kettle raised the price of a flat white again."),
    ("pl", POSITIVE, "Najlepsze cynamonki w {city}? Copper Kettle."),
    ("pl", NEUTRAL, "Copper Kettle przy dworcu w {city} otwarte w niedzielę?"),
    ("tr", POSITIVE, "{city} Copper Kettle'ın tarçınlı çöreği efsane."),
    ("tr", NEUTRAL, "Copper Kettle {city} şubesinde priz var mı?"),
)
OWN: tuple[Phrase, ...] = (
    ("en", NEUTRAL, "Fresh cinnamon buns from seven, in all our cafés in {city}."),
    ("en", NEUTRAL, "Bring your own cup and pay 30 cents less. Every day."),
)
DOUBLE_CHARGE: tuple[Phrase, ...] = (
    ("en", NEGATIVE, "Copper Kettle app charged me twice for one flat white. Anybody else?"),
    ("en", NEGATIVE, "Same here: topped up 20, paid 40. Copper Kettle, what is going on with the app?"),
    ("en", NEGATIVE, "Three payments to Copper Kettle on my account, one coffee in my hand."),
    ("en", NEGATIVE, "The café in {city} says 'ask the app', the app says 'ask the café'."),
    ("en", NEGATIVE, "Do not use the Copper Kettle app today. It takes the money twice."),
    ("en", NEUTRAL, "Is the Copper Kettle loyalty app down for anybody else in {city}?"),
    ("pl", NEGATIVE, "Aplikacja Copper Kettle ściągnęła mi opłatę dwa razy. Komuś jeszcze?"),
    ("tr", NEGATIVE, "Copper Kettle uygulaması parayı iki kez çekti. Muhatap yok."),
)

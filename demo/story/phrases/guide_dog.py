from demo.story.phrases import NEGATIVE, NEUTRAL, POSITIVE, Phrase

PHRASES: tuple[Phrase, ...] = (
    (
        "en",
        NEGATIVE,
        "A blind woman and her guide dog were put off KA 418 in İzmir. I was in the queue. I am ashamed.",
    ),
    (
        "en",
        NEGATIVE,
        "“The dog can go in the hold.” Did Kestrel Air really say that to a blind passenger? #LetKaraFly",
    ),
    ("en", NEGATIVE, "Watch the video. She shows the papers twice. They do not even look. #LetKaraFly"),
    ("en", NEGATIVE, "Guide dogs fly by law. Kestrel, which part of that is new to you?"),
    (
        "en",
        NEGATIVE,
        "First the outage, now this. Flew with Kestrel for ten years. Last time was the last time.",
    ),
    ("en", NEGATIVE, "I have a guide dog and a ticket for Friday. Do I have to be afraid now, Kestrel?"),
    (
        "en",
        NEGATIVE,
        "That dog is calmer than every person around it, and still it is the dog that must leave. #LetKaraFly",
    ),
    (
        "en",
        NEGATIVE,
        "40 minutes after the video and not one word from Kestrel Air. Silence is an answer, too.",
    ),
    (
        "en",
        NEGATIVE,
        "She was left at gate {gate} alone, in a city she does not know. Who is responsible for that?",
    ),
    ("en", NEGATIVE, "So Kestrel bans assistance dogs since 1 November? Where was that announced?"),
    (
        "en",
        NEGATIVE,
        "Shame on you, Kestrel. My brother flies with his dog every month, with everybody but you.",
    ),
    ("en", NEGATIVE, "To the crew member in the video: she told you her name. You never told her yours."),
    ("en", NEUTRAL, "Does anybody know what happened on KA 418? I only see the short version of the video."),
    (
        "en",
        NEUTRAL,
        "Our desk has asked Kestrel Air about the guide dog refused in İzmir today. No reply so far.",
    ),
    (
        "en",
        NEUTRAL,
        "The rules: recognised assistance dogs travel in the cabin, free of charge, with notice given.",
    ),
    (
        "en",
        POSITIVE,
        "Another passenger stayed behind with her so that she was not alone. That is who I want to hear about.",
    ),
    (
        "tr",
        NEGATIVE,
        "İzmir'de görme engelli bir yolcuyu rehber köpeğiyle uçağa almadılar. KA 418. İnanılır gibi değil.",
    ),
    ("tr", NEGATIVE, "Belgelerini iki kez gösterdi, bakmadılar bile. Utanın. #LetKaraFly"),
    ("tr", NEGATIVE, "Rehber köpek kabinde uçar, kanun böyle. Kestrel bir açıklama yapacak mı?"),
    ("tr", NEGATIVE, "Köpek bagaja gitsin demişler. Videoyu izleyin, içim acıdı."),
    ("tr", NEUTRAL, "KA 418'de tam olarak ne oldu, bilen var mı?"),
    ("pl", NEGATIVE, "Nie wpuścili niewidomej pasażerki z psem przewodnikiem. KA 418. Wstyd, Kestrel."),
    ("pl", NEGATIVE, "Pies przewodnik to nie bagaż. Kto was szkolił? #LetKaraFly"),
    ("pl", NEUTRAL, "Czy Kestrel skomentował już nagranie z Izmiru?"),
    ("zh", NEGATIVE, "视障乘客带导盲犬被拒绝登机，Kestrel 航空到现在没有回应。"),
    ("zh", NEGATIVE, "导盲犬不是行李。KA 418 的视频看得人心酸。"),
)

"""What people write, as (language, sentiment, sentence). All of it is made up.

{city}, {other}, {flight}, {hours}, {minutes} and {gate} are filled in for every post.
"""

Phrase = tuple[str, str, str]
POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"

"""How much is kept and sent, and how often."""

from datetime import timedelta

# Notifications kept for a person, and how long those that were read are.
KEPT = 1000
READ_KEPT = timedelta(days=90)
# Who takes something back and does it again within that time is not told of twice.
TOLD_ONCE_WITHIN = timedelta(hours=24)
# E-mails that tell at once come at most so often; what happens in between comes with the next one.
MAIL_PAUSE = timedelta(minutes=5)
# The hour of the reader's own day at which the daily e-mail is sent.
DIGEST_HOUR = 8
# Nobody is sent an e-mail of what was long ago: the site was away, or the demo was loaded.
MAILED_WITHIN = timedelta(days=1)

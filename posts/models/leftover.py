from django.db import models
from django.db.models.functions import Now


class Leftover(models.Model):
    """A folder of the store whose files nobody needs: noted before files are written, and when their row goes.

    The database notes the latter itself, whatever deletes a row of media (a trigger in `posts.0004`), so
    a task can remove the files at leisure, and whoever dies in between leaves nothing that is not known.
    """

    folder = models.CharField(max_length=32, primary_key=True)
    # Uploads under way have UPLOAD_MINUTES; what was deleted goes at once.
    since = models.DateTimeField(db_default=Now())
    is_deleted = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "media_leftover"
        # What is to be removed, what waits longest first.
        indexes = [models.Index(fields=["since"], name="media_leftover_since")]

    def __str__(self) -> str:
        return self.folder

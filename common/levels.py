"""How grave something is: the one scale of the product, and the one place where its words stand."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """1 is the gravest."""

    L1 = 1, _("L1 crisis")
    L2 = 2, _("L2 major")
    L3 = 3, _("L3 paracrisis")
    L4 = 4, _("L4 issue")

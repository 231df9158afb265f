"""A living page of every shared part, with data as ugly as it gets. Only with DEBUG or in tests."""

from datetime import timedelta
from itertools import count

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from common.forms import DayInput, Filter, Form, MomentField
from common.levels import Level
from desk.frame import RAIL
from operations.engine_health import Problem
from people.models import SiteRole, User

LONG_WORD = "Muvaffakiyetsizleştiricileştiriveremeyebileceklerimizdenmişsinizcesine"
CHINESE = (
    "我们已获悉今天上午部分航班延误的情况，并对受影响的旅客深表歉意。目前技术团队正在排查原因，"
    "我们将在一小时内再次通报进展。受影响的旅客可以免费改签或全额退票。"
)
OLD = (
    "We know that some flights are late today. We are looking into it and will report tomorrow. "
    "İstanbul'daki yolcular bekliyor."
)
NEW = (
    "We are sorry: 34 flights are late today because the crew system failed. We will report again at 16:00. "
    "İstanbul'daki yolcularımız bekliyor."
)
STATEMENT = (
    "We are sorry. 34 flights are late today because our crew system failed at 11:20.\n\nNobody has to pay "
    "for a new booking. We will tell you more at 16:00 UTC.\n\nWrite to us here: https://example.com/help"
)
MARKDOWN = (
    "# What we know\n\n- 34 flights, **none** in the air\n- see [the log](https://example.com)\n\n"
    "> quoted <script>alert(1)</script>\n\n| Hour | Posts |\n|---|---|\n| 11 | 1,204 |\n"
)


class StyleForm(Form):
    """One field of every kind, wrong on purpose."""

    title = forms.CharField(max_length=20, help_text="One sentence that a stranger understands.")
    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4, "data-count-limit": 280}), initial=CHINESE, label="Post"
    )
    level = forms.ChoiceField(choices=[("", "Choose"), *Level.choices, ("5", LONG_WORD)])
    when = MomentField(required=False)
    channels = forms.MultipleChoiceField(
        choices=[("x", "X"), ("web", "Website")], widget=forms.CheckboxSelectMultiple, required=False
    )
    fault = forms.ChoiceField(choices=[("y", "Ours"), ("n", "Unknown")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="I have read every word that goes out", required=True)
    evidence = forms.FileField(required=False)


class StyleFilter(Filter):
    text = forms.CharField(required=False)
    brand = forms.ChoiceField(choices=[("", "All"), ("a", "Anadolu Air")], required=False)
    since = forms.DateField(widget=DayInput(), required=False)


@login_not_required
def style_page(request: HttpRequest) -> HttpResponse:
    numbers = count(-1, -1)  # primary keys of people who do not exist
    people = [
        User(pk=next(numbers), name=name, email="someone@example.com", site_role=SiteRole.APPROVER)
        for name in ("Alice Aydın", "王小明", "Łukasz Brzęczyszczykiewicz", LONG_WORD)
    ]
    now = timezone.now()
    wrong = StyleForm({"title": "x" * 30, "text": NEW * 3, "level": ""})
    if "messages" in request.GET:
        messages.success(request, "Statement submitted. Bob and Carol have been told.")
        messages.error(
            request, "Not published: the text was edited after Carol approved it. Submit it again."
        )
    context = {
        "user": people[0],
        "rail": [
            {"url": "#main", "icon": icon, "label": label, "current": name == "incidents:list", "count": n}
            for (name, icon, label), n in zip(RAIL, [2, 0, 0, 12, 0, 0], strict=True)
        ],
        "notifications_url": "#main",
        "preferences_url": "#main",
        "unread": {"count": 7},
        "demo": True,
        "engine_problems": [Problem("engine", "", "The escalation engine has not ticked for 40 s.")]
        if "silent" in request.GET
        else [],
        "people": people,
        "levels": [1, 2, 3, 4, None],
        "tones": ["neutral", "attention", "overdue", "good", "stopped"],
        "due": [
            now + left
            for left in (
                timedelta(days=3, hours=4),
                timedelta(hours=2, minutes=14),
                timedelta(minutes=14, seconds=5),
                timedelta(minutes=4, seconds=59),
                timedelta(minutes=-4),
            )
        ],
        "moments": [now, now - timedelta(minutes=3), now - timedelta(days=3), now + timedelta(hours=5), None],
        "in_ten": now + timedelta(minutes=10),
        "overdue": now - timedelta(minutes=9),
        "earlier": now - timedelta(minutes=50),
        "long_word": LONG_WORD,
        "chinese": CHINESE,
        "old": OLD,
        "new": NEW,
        "chinese_new": CHINESE.replace("一小时", "半小时").replace("免费改签或", ""),
        "statement": STATEMENT,
        "markdown_text": MARKDOWN,
        "form": wrong,
        "filter_form": StyleFilter(),
        "page_obj": Paginator(range(95), 10).get_page(3),
    }
    return render(request, "desk/style.html", context)

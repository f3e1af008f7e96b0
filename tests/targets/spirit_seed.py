"""Writes posts into Spirit; runs in Spirit's environment and project, takes JSON on stdin, prints the topics' paths."""

import json
import pathlib
import sys
from datetime import datetime

sys.path[0] = str(pathlib.Path.cwd())  # instead of this folder, whose module names are like those of the target

import django  # type: ignore[import-not-found]  # noqa: E402  # of Spirit's environment, found in the project

django.setup()

from django.contrib.auth import get_user_model  # type: ignore[import-not-found]  # noqa: E402
from spirit.category.models import Category  # type: ignore[import-not-found]  # noqa: E402
from spirit.comment.models import Comment  # type: ignore[import-not-found]  # noqa: E402
from spirit.core.utils.markdown import Markdown  # type: ignore[import-not-found]  # noqa: E402
from spirit.topic.models import Topic  # type: ignore[import-not-found]  # noqa: E402

users = get_user_model()
category, _ = Category.objects.get_or_create(title="board", slug="board")
paths = []
for post in json.load(sys.stdin):
    at = datetime.fromisoformat(post["at"])
    number = users.objects.count()
    user, is_new = users.objects.get_or_create(
        username=post["author"], defaults={"email": f"user{number}@forum.example"}
    )
    if is_new:
        user.st.nickname = post["author"]
        user.st.save()
    topic, _ = Topic.objects.get_or_create(
        title=post["topic"], category=category, defaults={"user": user, "date": at, "last_active": at}
    )
    Comment.objects.create(
        user=user, topic=topic, comment=post["body"], comment_html=Markdown().render(post["body"]), date=at
    )
    topic.last_active, topic.comment_count = at, topic.comment_set.count()
    topic.save()
    paths.append(topic.get_absolute_url())
sys.stdout.write(json.dumps(paths))

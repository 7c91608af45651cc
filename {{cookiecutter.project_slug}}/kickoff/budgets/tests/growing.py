"""Pages that cost more on a larger world, and some that only look like it."""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path


def world(groups=2, types=2):
    ContentType.objects.bulk_create(
        ContentType(app_label="invented", model=f"type{number}") for number in range(types)
    )
    kept = Permission.objects.order_by("pk")[:2]
    for number in range(groups):
        Group.objects.create(name=f"Group {number}").permissions.set(kept)


def html(names):
    return HttpResponse("".join(f"<li>{name}</li>" for name in names))


def constant(request):
    return html(group.name for group in Group.objects.all())


def repeated(request):
    return html(group.permissions.count() for group in Group.objects.all())


def on_one_page(request):
    page = Paginator(Group.objects.order_by("pk"), 2).get_page(1)
    return html(group.permissions.count() for group in page)


def with_a_pager(request):
    page = Paginator(Group.objects.order_by("pk"), 2).get_page(1)
    pager = '<nav><a href="?page=2">2</a></nav><a rel="next">Next</a>' if page.has_next() else ""
    return HttpResponse("".join(f"<li>{group.permissions.count()}" for group in page) + pager)


def three_of_them(request):
    return html(group.permissions.count() for group in Group.objects.all()[:3])


def total_as_json(request):
    return JsonResponse({"groups": 10 ** Group.objects.count()})


def repeated_elsewhere(request):
    for kind in ContentType.objects.filter(app_label="invented"):
        Permission.objects.filter(content_type=kind).exists()
    return constant(request)


def repeated_in_both(request):
    kinds = ContentType.objects.filter(app_label="invented")
    for thing in (*Group.objects.all(), *kinds):
        Permission.objects.filter(pk=thing.pk).exists()
    return html([*Group.objects.all(), *kinds])


def when_all_is_large(request):
    kinds = ContentType.objects.filter(app_label="invented").count()
    if Group.objects.count() > 2 and kinds > 2:
        Permission.objects.count()
    return html(["one"] * Group.objects.count())


def writing_at_first(request):
    """The first visitor of these rows pays for what is missing."""
    group, _is_new = Group.objects.get_or_create(name="Visitors")
    return html([group])


def once(request):
    if Group.objects.count() > 2:
        return HttpResponse(status=404)
    return html(["two"])


def streamed(request):
    return StreamingHttpResponse(f"{group.permissions.count()}\n" for group in Group.objects.all())


def content_types(request):
    return html([ContentType.objects.get_for_model(Group).pk])


def remembering(request):
    """Who posts uses what the page before has cached."""
    first = cache.get_or_set("first", lambda: Group.objects.order_by("pk")[0].pk)
    if request.method == "POST":
        Group.objects.get(pk=first).save()
    return html(["one"])


done_in_this_process: set[str] = set()


def once_in_a_process(request):
    """Whoever posts first in a process pays for all."""
    if request.method == "POST" and "setup" not in done_in_this_process:
        done_in_this_process.add("setup")
        Group.objects.count()
    return html(["one"])


urlpatterns = [
    path(f"{view.__name__}/", view, name=view.__name__)
    for view in (
        constant,
        repeated,
        on_one_page,
        with_a_pager,
        three_of_them,
        total_as_json,
        repeated_elsewhere,
        repeated_in_both,
        when_all_is_large,
        writing_at_first,
        once,
        streamed,
        content_types,
        remembering,
        once_in_a_process,
    )
]

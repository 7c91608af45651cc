from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from .models import Author, Book


def books(request):
    books = Book.objects.select_related("author").order_by("pk")
    return render(request, "bookshop/books.html", {"books": books})


def book(request, pk):
    title = cache.get(f"book.{pk}")
    if title is None:
        title = get_object_or_404(Book, pk=pk).title
        cache.set(f"book.{pk}", title)
    return HttpResponse(title)


@login_required
@require_http_methods(["GET", "POST"])
def write(request):
    if request.method == "POST":
        with transaction.atomic():
            author = Author.objects.create(name=request.POST["author"])
            transaction.on_commit(lambda: Book.objects.create(title="First", author=author))
        return redirect("books")
    return HttpResponse("<form></form>")

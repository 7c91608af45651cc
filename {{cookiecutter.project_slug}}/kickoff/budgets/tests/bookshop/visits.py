from types import SimpleNamespace

from django.contrib.auth.models import User

from kickoff.budgets import Visit, Visits

from .models import Author, Book


def world(books=2):
    authors = [Author.objects.create(name=f"Author {number}") for number in range(books)]
    rows = [Book.objects.create(title=f"On {author.name}", author=author) for author in authors]
    return SimpleNamespace(book=rows[0], writer=User.objects.create_user("writer"))


visits = Visits(
    world=world,
    larger={"books": 4},
    visitors={"anonymous": None, "writer": lambda world: world.writer},
    routes={
        "books": Visit(methods="GET", visitors="anonymous", grows="books"),
        "book": Visit(
            lambda world: {"pk": world.book.pk},
            methods="GET",
            visitors="anonymous",
            fixed="It is one book.",
        ),
        "write": Visit(data=lambda world: {"author": "New"}, fixed="A form."),
    },
)

"""Flags in the admin. waffle's switches and samples have no page: they ask the database."""

from django.contrib import admin
from waffle.admin import disable_for_all, enable_for_all

from kickoff.rollout.models import Flag


@admin.register(Flag)
class FlagAdmin(admin.ModelAdmin):
    actions = [enable_for_all, disable_for_all]
    list_display = ["name", "everyone", "percent", "superusers", "staff", "authenticated", "note"]
    list_filter = ["everyone"]
    raw_id_fields = ["users"]
    filter_horizontal = ["groups"]
    readonly_fields = ["created", "modified"]
    search_fields = ["name", "note"]
    ordering = ["name"]

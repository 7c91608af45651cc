"""Typed views of what each server is told, made from what the parsers read."""

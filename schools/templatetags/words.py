"""What rules say in words, for templates; built in."""

from django import template

from schools import rules

register = template.Library()
register.filter("listed", rules.listed)

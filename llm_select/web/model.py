"""A model's page."""
from llm_select.web.fields import EXPLAIN
from llm_select.web.site import page
MEMORY_FIELDS = EXPLAIN
def answer(site, visit, *, model): return page(model)
def memory(site, visit, *, model): return page(model)

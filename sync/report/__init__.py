"""A month on one page: values in, the text of an HTML document out. No file, clock or calendar."""

from sync.report.month import Report, report_of
from sync.report.page import page

__all__ = ["Report", "page", "report_of"]

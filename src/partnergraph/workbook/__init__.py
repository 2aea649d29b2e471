"""Workbooks for people: the template, the graph as a workbook, and a copy with what is wrong marked."""

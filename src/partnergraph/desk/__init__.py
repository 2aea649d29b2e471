"""The desk of the server: a page on which people check a workbook before it is published. Nothing of it is kept.

A workbook comes as a form (`upload`), is worked on in a query process that is not used again (`desk_page`), and goes
back as a page of findings and changes, as a marked copy, or as the page that it would make.
"""

"""The language that searches are written in: what is typed becomes an expression, the same in every room.

`core.query.parser.parse` reads, `core.query.writer.unparse` writes, and each room makes of the expression what its own
store understands. Nothing here knows a table::

    漏えい "two words" -draft            words: each has to occur, or must not
    kind:note,repost  種類:メモ           a field and its values, any of which will do; names in both languages
    actor:suz*                           a star stands for anything
    after:2026-11-01 before:2026-12-01 on:2026-11   days in the reader's zone; months and years too
    people:>=10  people:10..20  at:2026-11-01..2026-11-05
    (a OR b) AND NOT c    （a または b） かつ c ではない

Words side by side all have to occur. One field twice, side by side, is the field with either value; ``AND`` between
them asks for both. What can be read is read: brackets that nobody closed end with the text, an operator without
anything beside it is none. What cannot be meant (a field or a value that does not exist, a date that is no date) is an
`core.query.errors.QueryError` that says so.
"""

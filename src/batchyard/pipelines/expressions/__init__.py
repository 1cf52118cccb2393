"""The expression language ``#{…}``: a grammar, a tree, and what the tree comes to.

`parsing` turns a field's value into literal text and expressions (lark reads these; nothing is ever
given to Python's eval), `evaluation` walks the tree, `functions` and `joda` do the work.

Sources: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-expressions.html
and, beside it, dp-pipeline-reference-functions-datetime.html and …-functions-math.html
"""

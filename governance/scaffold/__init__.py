"""A new project for a user's own data: what can be read off the data is filled in, what only a person knows
is marked.

`plan` reads and infers, `write` renders the `.txt` templates beside this file and places the project, `setup`
starts git and DVC. (The templates are not named `dvc.yaml` and `task.yaml`, or DVC and assay would take this
folder for a project.)
"""

"""What the builder of the site calls: the navigation, and the pages that are made from the code."""

from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from handbook.contents import nav
from handbook.pages import made_pages

ROOT: Final = Path(__file__).parents[1]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages in their order."""
    docs = Path(config.docs_dir)
    written = {str(path.relative_to(docs).as_posix()) for path in docs.rglob("*.md")}
    config.nav = nav(written | made_pages(ROOT).keys())
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is made from the code; a file of that name would be two truths."""
    for path, text in made_pages(ROOT).items():
        if files.get_file_from_path(path) is not None:
            raise PluginError(f"docs/{path} is made from the code: no file may stand there")
        files.append(File.generated(config, path, content=text))
    return files

"""What pyproject.toml cannot say: the wheel holds what the package needs of data/, at the top of the tree.

And it switches on `nst_helpers.server` for the Jupyter servers of the environment that it is installed into.
"""

from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

# The gallery is large, and needed neither to paint, to teach nor to check.
SHIPPED = ("SOURCES.md", "networks/*.npz", "networks/*.md", "content/*", "style/*", "masks/*", "runs/*",
           "features/*", "inversions/*", "textures/*", "woven/*", "adaptive/*", "scans/*", "race/*", "denoised/*")


class BuildWithData(build_py):
    """Copies data/ to where `nst_helpers.networks.data_folder` looks first: nst_helpers/data."""

    def _get_data_files(self):
        return [*super()._get_data_files(), *self._shipped()]

    def _shipped(self):
        """What setuptools calls data files: (package, folder here, folder in the wheel, names)."""
        names = sorted(path.relative_to("data").as_posix() for pattern in SHIPPED
                       for path in Path("data").glob(pattern) if path.is_file() and not path.name.startswith("."))
        if "nst_helpers" in (self.packages or ()) and not self.editable_mode:
            yield "nst_helpers", "data", str(Path(self.build_lib, "nst_helpers", "data")), names


class WithServer(Distribution):
    """Installs the configuration of Jupyter's servers from a checkout too (`pip install -e`): setuptools asks for this
    method there, and has another."""

    def has_data(self):
        return self.has_data_files()


SERVER = "jupyter_server_config.d"
setup(cmdclass={"build_py": BuildWithData}, distclass=WithServer,
      data_files=[(f"etc/jupyter/{SERVER}", [f"tools/jupyter/{SERVER}/nst_helpers.json"])])

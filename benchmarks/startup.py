import subprocess
import sys

from benchmarks import Brief


class Startup(Brief):
    """Seconds of a fresh Python, its own start included."""

    number = 1
    repeat = (3, 10, 3.0)

    def time_python(self):
        python("pass")

    def time_torch(self):
        python("import torch")

    def time_import(self):
        python("import backends, harness")

    def time_help(self):
        python("from harness.cli.main import main; main()", "--help")

    def time_list(self):
        python("from harness.cli.main import main; main()", "list")


def python(code, *arguments):
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, stdout=subprocess.DEVNULL)  # noqa: S603  it is ours

class Startup:
    """Seconds of a fresh Python."""

    def timeraw_python(self):
        return "pass"

    def timeraw_torch(self):
        return "import torch"

    def timeraw_import(self):
        return "import backends, harness"

    def timeraw_help(self):
        return """
        import sys
        sys.argv = ["qhb", "--help"]
        from harness.cli.main import main
        try:
            main()
        except SystemExit:
            pass
        """

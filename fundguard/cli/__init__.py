"""The command line: `fundguard COMMAND …`; each command group is a file of this folder."""

import sys
from importlib import import_module

# Where a command lives. Groups are imported only when asked for: `--help` of one command starts fast.
_COMMANDS = {
    "simulate": ("fundguard.cli.simulate", "造一座不存在的城市 simulate a city that never was"),
    "ingest": ("fundguard.cli.nightly", "入库 landing → warehouse"),
    "nightly": ("fundguard.cli.nightly", "整夜 the whole night"),
    "check": ("fundguard.cli.nightly", "规则判定 judge by the rules"),
    "network": ("fundguard.cli.nightly", "团伙网络 find rings"),
    "score": ("fundguard.cli.nightly", "评分 score parties"),
    "leads": ("fundguard.cli.leads", "线索 rank, export, annex"),
    "gate": ("fundguard.cli.gate", "质量闸门 show or waive"),
    "quarantine": ("fundguard.cli.quarantine", "隔离区 list or replay"),
    "rules": ("fundguard.cli.rules", "规则库 the rule library"),
    "kb": ("fundguard.cli.kb", "知识库 the knowledge library"),
    "train": ("fundguard.cli.models", "训练 train the ranker"),
    "models": ("fundguard.cli.models", "模型 list or promote"),
    "evaluate": ("fundguard.cli.evaluate", "评估 measure against truth"),
    "draw": ("fundguard.cli.draw", "双随机抽查 draws anybody can check"),
}


def main(arguments: list[str] | None = None) -> int:
    """Entry point: run one command and return its exit code."""
    import typer

    from fundguard.cli.common import mount, run_app

    arguments = sys.argv[1:] if arguments is None else arguments
    name = arguments[0] if arguments else "--help"
    if name in ("--help", "-h"):
        print("fundguard 医保基金智能监控: open nightly monitoring of a medical-insurance fund\n")
        print("用法 usage: fundguard COMMAND [options]; fundguard COMMAND --help\n")
        for command, (_, words) in _COMMANDS.items():
            print(f"  {command:<12}{words}")
        return 0
    if name == "--version":
        from importlib.metadata import version

        print(f"fundguard {version('fundguard')}")
        return 0
    if name not in _COMMANDS:
        print(f"fundguard: unknown command [{name}]: use one of {', '.join(_COMMANDS)}", file=sys.stderr)
        return 2
    module = import_module(_COMMANDS[name][0])
    apps: dict[str, typer.Typer] = getattr(module, "APPS", {})
    app = apps.get(name) or getattr(module, "app", None) or mount(module.run, name)
    return run_app(app, f"fundguard {name}", arguments[1:])


if __name__ == "__main__":
    sys.exit(main())

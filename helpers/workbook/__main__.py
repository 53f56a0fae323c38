"""`python -m helpers.workbook`: whose parts my_gpt.py holds; `reset 08` takes those of notebook 08 back to ours."""

import argparse
import sys

from helpers.workbook.my_gpt import MyGPT, broken


def main(argv=None):
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m helpers.workbook", description="Your own GPT, part by part.")
    commands = parser.add_subparsers(dest="command")
    reset = commands.add_parser("reset", help="take parts back to ours; your versions stay in my_gpt_history")
    reset.add_argument("what", nargs="+", help="numbers of notebooks, as 08, or names of parts, as Head")
    arguments = parser.parse_args(argv)
    mine = MyGPT()
    if arguments.command == "reset":
        return take_back(mine, arguments.what)
    lines = mine.mine()
    print(f"{'notebook':<10}{'part':<24}{'whose':<8}{'lines':>5}")
    for part in mine.parts:
        whose = "yours" if part.name in lines else "ours"
        print(f"{part.notebook:<10}{part.name:<24}{whose:<8}{lines.get(part.name, ''):>5}")
    print(mine.bar())
    if trouble := broken(mine.read()):
        print(f"my_gpt.py cannot be imported: {trouble}")
        return 1
    return 0


def take_back(mine, what):
    """Reset the parts that `what` names; the exit status."""
    known = {part.notebook for part in mine.parts} | {part.name for part in mine.parts}
    if wrong := [item for item in what if item not in known]:
        print(f"There is no part or notebook {', '.join(wrong)}. There are: {', '.join(sorted(known))}.")
        return 1
    names = [part.name for part in mine.parts if part.notebook in what or part.name in what]
    done = mine.reset(names)
    print(
        f"Back to ours: {', '.join(done)}. Your versions are in {mine.history.name}."
        if done
        else "Nothing there is yours."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

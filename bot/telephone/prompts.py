"""What the telephone says and awaits, wherever in the conversation a call stands. (pure)"""

from dataclasses import replace

from bot.dialogue import Dialogue
from bot.telephone import tree, words
from bot.telephone.call import Listen
from bot.telephone.line import Line, Move, Place
from bot.telephone.tree import Node

_HINTS = 120  # phrases that help the recogniser; more would slow every document down
AFTER = {Place.TOLD_CODE: words.AFTER_CODE, Place.STATUS: words.AFTER_STATUS}


class Prompts:
    """For a line that hears speech, or keys only."""

    def __init__(self, dialogue: Dialogue, *, speech: bool, keypad: Node | None = None) -> None:
        self._dialogue = dialogue
        self._library = dialogue.library
        self._speech = speech
        self._keypad = keypad or tree.keypad()
        self._hints = _hints(self._keypad) if speech else ()

    def _ask(self, line: Line, *before: str) -> Move:
        menu = words.SAY_OR_PRESS if before == (words.GREETING, words.NOTICE) else words.PRESS
        if self._speech and menu is words.PRESS:
            menu = words.SAY_OR_PRESS_SHORT
        if not self._speech:
            menu = words.PRESS
        clear = replace(line, place=Place.ASK, tries=0, offered=(), guided=None, node="")
        return self._listen(clear, (*before, menu))

    def _listen(self, line: Line, say: tuple[str, ...], *, slow: bool = False) -> Move:
        then = Listen(seconds=8, digits=1, speech=self._speech, hints=self._hints)
        return Move(line, say, then, slow)

    def _keys(self, line: Line, *say: str, digits: int | None = 1) -> Move:
        return Move(line, say, Listen(seconds=8, digits=digits))

    def _prompt(self, line: Line, *before: str) -> Move:
        """Say once more what is awaited where the call stands."""
        match line.place:
            case Place.TREE:
                return self._open(line, line.node, *before)
            case Place.OFFERED:
                return self._offer(line, *before)
            case Place.ANSWERED:
                return self._listen(line, (*before, *self._after_answer(line)))
            case Place.CODE:
                way_out = (words.NO_CODE,) if before else ()
                return self._keys(line, *before, words.ASK_CODE, *way_out, digits=None)
            case Place.CONSENT:
                return self._keys(line, *before, words.ASK_CONSENT)
            case Place.ERASE:
                return self._keys(line, *before, words.ERASE_CONFIRM)
            case Place.TOLD_CODE | Place.STATUS:
                return self._listen(line, (*before, *self._after_told(line)))
        tries = line.tries
        move = self._ask(line, *before)
        return replace(move, line=replace(move.line, tries=tries))

    def _after_answer(self, line: Line) -> tuple[str, ...]:
        said = [words.AFTER_ANSWER]
        if line.entry and self._dialogue.guidance.fitting(line.entry):
            said.append(words.WORK_IT_OUT)
        if line.second:
            said.append(words.second_question(self._library.entries[line.second].label))
        said.append(words.ASK_ANOTHER if self._speech else words.ASK_ANOTHER_KEYS)
        return tuple(said)

    def _after_told(self, line: Line) -> tuple[str, ...]:
        rates = line.place is Place.STATUS and line.rates
        return (*((words.RATE,) if rates else ()), AFTER[line.place])

    def _offer(self, line: Line, *before: str) -> Move:
        known = [action.partition(":")[2] for action in line.offered]
        labels = [entry.label for name in known if (entry := self._library.entries.get(name))]
        choices = (words.choice(label, key) for key, label in enumerate(labels, 1))
        none = words.NONE_OF_THESE if self._speech else words.NONE_OF_THESE_KEYS
        return self._listen(line, (*before, words.MEANT_ONE_OF, *choices, none))

    def _open(self, line: Line, path: str, *before: str) -> Move:
        tries = line.tries if line.place is Place.TREE and line.node == path else 0
        line = replace(line, place=Place.TREE, node=path, tries=tries)
        below = tree.at(self._keypad, path).below
        choices = (words.choice(node.say, key) for key, node in enumerate(below, 1))
        return self._keys(line, *before, *choices, words.TREE_ENDS)


def clear(line: Line) -> Line:
    """On to something else: nothing is awaited from before."""
    return replace(line, tries=0, offered=(), guided=None, node="", second=None)


def over(line: Line) -> Line:
    return replace(line, place=Place.OVER)


def _hints(root: Node) -> tuple[str, ...]:
    """The questions of the keypad's tree: what callers most likely say."""
    found: list[str] = []
    waiting = [root]
    while waiting:
        node = waiting.pop(0)
        found += [one.say for one in node.below]
        waiting += node.below
    return tuple(found[:_HINTS])

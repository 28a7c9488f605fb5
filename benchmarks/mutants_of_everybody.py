"""Mistakes in what everybody together decide; see mutants.py."""

from __future__ import annotations

from mutant import Mutant


def _everybody(name: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(name, f"plugins/hccv_follow/{file}.py", old, new, (f"tests/plugins/test_follow_{file}.py",))


def _foreseen(name: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(
        name, f"plugins/hccv_follow/{file}.py", old, new, ("tests/plugins/test_follow_foresight.py",)
    )


EVERYBODY = (
    Mutant(
        "nobody is met",
        "plugins/hccv_follow/follower.py",
        "self.met = crowded = ",
        "crowded = ",
        ("tests/plugins/test_follow_scripted.py",),
    ),
    Mutant(
        "whoever was met stays",
        "plugins/hccv_follow/follower.py",
        "        self._looks += 1\n        self.met = False\n",
        "        self._looks += 1\n",
        ("tests/plugins/test_follow_scripted.py",),
    ),
    Mutant(
        "what the second met is forgotten",
        "plugins/hccv_follow/duel.py",
        "result.met |= second.met",
        "pass",
        ("tests/plugins/test_follow_paths.py",),
    ),
    _everybody("scraps are counted alone", "review", "first = crowd.chains.head(number)", "first = number"),
    _everybody(
        "a moment of doubt is not looked at",
        "review",
        " | (path.shown[order] & (path.scores[order] <= s.doubted))",
        "",
    ),
    _everybody(
        "one of two who met again is shown",
        "review",
        "nobody.append(np.arange(parting.start, len(order)))",
        "nobody.append(np.arange(parting.start, end))",
    ),
    _everybody(
        "scraps of the chain tell nothing",
        "review",
        "count >= s.least or number in whole]",
        "count >= s.least]",
    ),
    _everybody("one detection moves the box", "outline", "np.median(off[near]", "np.max(off[near]"),
    _everybody("anybody moves the box", "crowd", "if ious.max(initial=0.0) >= least:", "if len(found):"),
    _everybody("a stranger's glimpse is a doubt", "strangers", "len(visit) < enough or ", ""),
    _everybody(
        "everybody is a stranger", "strangers", " or _beside(path, order[:start], crowd, chain) < enough", ""
    ),
    _everybody("looks excuse no stranger", "strangers", "> -sure", "> -1000"),
    _everybody("looks excuse every stranger", "strangers", "> -sure", "> 1000"),
    _everybody("the known path is right", "rivals", "if not leads_back(path,", "if leads_back(path,"),
    _everybody("the known path is wrong", "rivals", "if leads_back(rival,", "if not leads_back(rival,"),
    _everybody(
        "a path that leads nowhere is sure", "rivals", "np.minimum(result.scores[parted], s.doubted)", "1.0"
    ),
    _everybody("rivals blink", "rivals", "round(s.parted * rate)", "0"),
    _everybody(
        "who is lost is a rival", "rivals", "path.shown[order] & rival.shown[order] & ~agree", "~agree"
    ),
    _everybody(
        "any overlap is one person",
        "tracklets",
        "best > s.overlap and",
        "best > 0.01 and",
    ),
    _everybody(
        "rivals break nothing", "tracklets", "best > s.overlap and rival < s.rival * best", "best > s.overlap"
    ),
    _everybody(
        "the camera breaks pieces",
        "tracklets",
        "motion[:, :2] @ (centre + self.speed) + motion[:, 2]",
        "centre + self.speed",
    ),
    _everybody(
        "cuts break nothing",
        "tracklets",
        "if index in cuts or index - 1 not in found:",
        "if index - 1 not in found:",
    ),
    _everybody(
        "gaps break nothing", "tracklets", "if index in cuts or index - 1 not in found:", "if index in cuts:"
    ),
    _everybody(
        "doubles are people", "tracklets", "nested: float = setting(0.85,", "nested: float = setting(1.85,"
    ),
    _everybody(
        "people are doubles", "tracklets", "weaker: float = setting(0.7,", "weaker: float = setting(0.9,"
    ),
    _everybody(
        "all are clean", "tracklets", "covered: float = setting(2.0,", "covered: float = setting(0.0,"
    ),
    _everybody("distance is free", "linking", "np.minimum(off**2 / 2, s.most_distance)", "0.0"),
    _everybody(
        "anybody gets anywhere", "linking", "np.where(distance > s.reach", "np.where(distance > 1e9 + s.reach"
    ),
    _everybody("speed does not count", "linking", "(stop - start) / max(1, few - 1),", "np.zeros(2),"),
    _everybody(
        "kits do not count", "linking", "colours: float = setting(4.0,", "colours: float = setting(0.0,"
    ),
    _everybody("looks do not count", "linking", "look: float = setting(1.5,", "look: float = setting(0.0,"),
    _everybody(
        "heights do not count", "linking", "height: float = setting(10.0,", "height: float = setting(0.0,"
    ),
    _everybody(
        "nobody enters at the edge", "linking", "edge: float = setting(0.35,", "edge: float = setting(1.0,"
    ),
    _everybody(
        "people enter anywhere", "linking", "enter: float = setting(14.0,", "enter: float = setting(5.0,"
    ),
    _everybody("everything is somebody", "linking", "following == np.arange(count)", "following == -2"),
    _everybody(
        "glimpses are people",
        "linking",
        "nobody_score: float = setting(0.2,",
        "nobody_score: float = setting(-9.0,",
    ),
    _everybody(
        "people are hidden for long",
        "linking",
        "longest: float = setting(3.0,",
        "longest: float = setting(4.0,",
    ),
    _everybody("cuts are linked over", "linking", " & (shots == shots[i]))", ")"),
    _everybody("the camera is distance", "linking", "found = self.maps[frame]", "found = np.eye(2, 3)"),
    _everybody(
        "few looks say as much",
        "appearance",
        "return float(self._clipped(said)) * known",
        "return float(self._clipped(said))",
    ),
    _everybody(
        "looks that contradict each other are as sure",
        "appearance",
        "sum(float(self._clipped(said)) * known for said, known in both)",
        "sum(said * known for said, known in both)",
    ),
    _everybody("few looks link as well", "appearance", "apart + 1e-6))) * known", "apart + 1e-6)))"),
    _everybody(
        "covered people are sampled",
        "appearance",
        "clean: float = setting(0.2,",
        "clean: float = setting(0.0,",
    ),
    _everybody("any sample", "appearance", "part[np.argmax(worth[part])]", "part[0]"),
    _everybody(
        "light tells people apart",
        "appearance",
        "scatter = within.T @ within / max(1, len(within) - 1)",
        "scatter = np.eye(kept)",
    ),
    _everybody(
        "no most",
        "appearance",
        "np.tanh(np.asarray(ratio) / self._s.clip)",
        "np.asarray(ratio) / self._s.clip",
    ),
    _everybody(
        "strangeness has a most",
        "appearance",
        "np.minimum(value, self._clipped(value))",
        "self._clipped(value)",
    ),
    _everybody("likeness has no most", "appearance", "np.minimum(value, self._clipped(value))", "value"),
    _everybody("few looks prefer as surely", "appearance", "min(known) or max(known)", "max(known)"),
    _everybody("pictures are searched again", "crowd", "if not self._knows(index, path.boxes[index])]", "]"),
    _foreseen("nobody is foreseen", "foresight", "return self._left > 0", "return False"),
    _foreseen("all is foreseen", "foresight", "return self._left > 0", "return True"),
    _foreseen("one foresees oneself", "foresight", "if not iou(one[:4], box) >= self._s.own", "if True"),
    _foreseen("a loss is not foreseen", "foresight", "np.isnan(box[0]) or (", "("),
    _foreseen("a part will do for who is lost", "surroundings", "if np.isnan(box[0]):", "if False:"),
    _foreseen("a part will do anywhere", "surroundings", "part is None or np.isnan(box[0])", "True"),
    _foreseen("a part is enlarged", "surroundings", "_LEAST * np.array(extent)", "1"),
    _foreseen("edges are like others", "surroundings", " | (low <= 0)", ""),
    _foreseen("company has parts", "crowd", "self._large and not company", "self._large"),
    _everybody(
        "people are described again",
        "crowd",
        "if _key(one.frames[place], one.boxes[place]) not in self._descriptors:",
        "if True:",
    ),
    _everybody("the first that overlaps", "crowd", "best[one.frames[better]], owner", "_, owner"),
    _everybody(
        "always the follower",
        "review",
        "changed = parting.margin > 0 and changes < s.rounds",
        "changed = False",
    ),
    _everybody(
        "always the chain",
        "review",
        "changed = parting.margin > 0 and changes < s.rounds",
        "changed = changes < s.rounds",
    ),
    _everybody(
        "without end",
        "review",
        "changed = parting.margin > 0 and changes < s.rounds",
        "changed = parting.margin > 0 and changes < 9",
    ),
    _everybody(
        "all is followed again",
        "review",
        "    end = parting.stop if parting.met else len(order)\n    until",
        "    end = len(order)\n    until",
    ),
    _everybody(
        "who is linked later counts", "review", "_looked(crowd, there, order", "_looked(crowd, whole, order"
    ),
    _everybody("who breaks off ends the questions", "review", "passed.update(whole)", "break"),
    _everybody("whoever was in the way is asked", "review", "crowd.looks.weight(looks) >= s.seen and", ""),
    _everybody("the player is left for the player", "review", "s.seen and not back", "s.seen"),
    _everybody(
        "the longest there are asked", "review", "numbers[known][np.argsort(begun[known])]", "numbers[known]"
    ),
    _everybody(
        "backward the later ones are asked last", "review", "        there.reverse()\n", "        pass\n"
    ),
    _everybody("whoever is believed is shown", "review", "if parting.like < s.unlike:", "if False:"),
    _everybody("whoever is doubted is hidden", "review", "if parting.like < s.unlike:", "if True:"),
    _everybody("nobody stays nobody", "review", "[places[places < parting.contact] for", "[places for"),
    _everybody("a loss refuses the chain", "review", "elif parting.lost and parting.met:", "elif False:"),
    _everybody("the refused are met", "review", "settled = parting.left", "settled = parting.stop"),
    _everybody("the chain ends where they meet", "review", "min(len(order), limit)", "until"),
    _everybody(
        "contacts are the follower's", "review", "        if not alone[place]:\n", "        if False:\n"
    ),
    _everybody(
        "contacts have no end", "review", "contact: float = setting(0.5,", "contact: float = setting(5.0,"
    ),
    _everybody("a lapse ends a contact", "review", "if run >= enough or", "if run >= 1 or"),
    _everybody("contacts go on unseen", "review", " or seen[place + 1] - seen[place] > enough:", ":"),
    _everybody(
        "nobody need be beside",
        "review",
        "agree & (crowd.beside(path, whole)[order[seen]] < AGREE_IOU)",
        "np.zeros(len(seen), bool)",
    ),
    _everybody("no doubt", "review", "if abs(parting.margin) < s.sure:", "if False:"),
    _everybody("all is doubt", "review", "if abs(parting.margin) < s.sure:", "if True:"),
    _everybody(
        "doubt ends soon",
        "review",
        "parting.stop if parting.met else len(order)\n            doubted",
        "parting.stop\n            doubted",
    ),
    _everybody(
        "doubt has no end",
        "review",
        "parting.stop if parting.met else len(order)\n            doubted",
        "len(order)\n            doubted",
    ),
    _everybody(
        "the other one does not count",
        "review",
        "{number for one in theirs for number in crowd.chains.whole(one)} - set(agreed)",
        "set()",
    ),
    _everybody(
        "a loss is left easily", "review", "return_: float = setting(1.0,", "return_: float = setting(0.0,"
    ),
    _everybody("hardly seen is seen", "review", "crowd.looks.weight(chain_after) < s.seen", "False"),
    _everybody("a blink is a loss", "review", "loss: float = setting(0.25,", "loss: float = setting(0.1,"),
    _everybody("parts late", "review", "parted: float = setting(0.25,", "parted: float = setting(0.5,"),
    _everybody("parts at once", "review", "return max(2, round(s.parted * rate))", "return 2"),
    _everybody(
        "begins anywhere",
        "review",
        "near[np.argmax(crowd.clean(parting.chain, count)[order[near]])]",
        "near[0]",
    ),
    _everybody("begins late", "review", "round(s.settle * rate)", "round(2 * s.settle * rate)"),
    _everybody("asks links further on", "review", "if crowd.looks.weight(parts) >= s.enough:", "if False:"),
    _everybody("glimpses have a say", "review", "least: int = setting(3,", "least: int = setting(1,"),
    _everybody(
        "changes beyond a cut",
        "review",
        "order = order[order < cut] if cut > begun else order[order >= cut]",
        "pass",
    ),
    _everybody("looks at everything", "review", "if not doubt.any():", "if False:"),
)

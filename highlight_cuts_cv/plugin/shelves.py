"""What plugins provide, by kind and name, and who provides it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from highlight_cuts_cv.contracts import (
    DelivererSpec,
    DetectorSpec,
    ExporterSpec,
    IdentifierSpec,
    IndicatorSpec,
    TrackerSpec,
)
from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.plugin.elsewhere import distribution_of

S = TypeVar("S", DetectorSpec, TrackerSpec, IndicatorSpec, ExporterSpec, DelivererSpec, IdentifierSpec)

BUNDLED = "highlight-cuts-cv"
"""The distribution whose names nobody else can take."""


@dataclass(slots=True)
class PluginReport:
    """One plugin as ``hccv plugins`` shows it: where it comes from, what it gives, what is wrong."""

    name: str
    distribution: str = "unknown"
    version: str = ""
    provides: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        """Plugin and distribution, as error messages name a provider."""
        return f"plugin '{self.name}' of {self.distribution} {self.version}".rstrip()


@dataclass(slots=True)
class Shelf(Generic[S]):
    """All specs of one kind, by name, with who provides them.

    A name is free for whoever comes alone; a bundled plugin keeps its names, and what several others
    want nobody gets.  ``PLUGIN:NAME`` always means the one of that plugin.
    """

    kind: str
    specs: dict[str, list[tuple[S, PluginReport]]] = field(default_factory=dict)

    def add(self, spec: S, report: PluginReport) -> None:
        """Put *spec* on the shelf; what it provides, or does not for its name is taken, goes to the reports."""
        providers = self.specs.setdefault(spec.name, [])
        providers.append((spec, report))
        report.provides.append(f"{self.kind} {spec.name}")
        if len(providers) > 1:
            for _, provider in providers:
                self._tell(spec.name, provider)

    def find(self, name: str) -> S:
        """The spec of that name.  Raises BadInputError where there is none, or several."""
        return self.provider(name)[0]

    def provider(self, name: str) -> tuple[S, PluginReport]:
        """The spec of that name and who provides it; raises as :meth:`find` does."""
        plugin, colon, own_name = name.rpartition(":")
        providers = self.specs.get(own_name, [])
        if colon:
            providers = [given for given in providers if given[1].name == plugin]
        chosen = _winners(providers)
        if not chosen:
            if distribution := distribution_of(self.kind, name):
                raise BadInputError(
                    f"The {self.kind} '{name}' comes with a distribution of its own: 'pip install "
                    f"{distribution}' installs it. If that is there, 'hccv plugins' tells what is wrong with it."
                )
            known = ", ".join(self.names()) or "none"
            hint = f" An option is written {plugin}:OPTION=VALUE." if colon and plugin in self.specs else ""
            raise BadInputError(
                f"There is no {self.kind} '{name}'; known are: {known}. 'hccv plugins' tells what was left out "
                f"and why.{hint}"
            )
        if len(chosen) > 1:
            raise BadInputError(self._contested(own_name, chosen))
        return chosen[0]

    def names(self) -> list[str]:
        """Every name that can be used as it is, in order."""
        return sorted(name for name, providers in self.specs.items() if len(_winners(providers)) == 1)

    def offers(self, name: str) -> list[tuple[str, S, PluginReport]]:
        """All that are called *name*, or are of a plugin called so: the name to use, the spec and its provider."""
        found = []
        for own_name, providers in sorted(self.specs.items()):
            winners = _winners(providers)
            for given in providers:
                spec, report = given
                alone = len(winners) == 1 and given is winners[0]
                full_name = own_name if alone else f"{report.name}:{own_name}"
                if name in (own_name, f"{report.name}:{own_name}", report.name):
                    found.append((full_name, spec, report))
        return found

    def _title(self, name: str) -> str:
        return f"{self.kind.capitalize()} '{name}'"

    def _tell(self, name: str, report: PluginReport) -> None:
        """Let *report* say, once, what came of *name*, which several provide."""
        report.problems = [p for p in report.problems if not p.startswith(f"{self._title(name)} ")]
        winners = _winners(self.specs[name])
        if len(winners) > 1:
            report.problems.append(self._contested(name, winners))
        elif winners[0][1] is not report:
            own = f"{report.name}:{name}"
            report.provides = [
                f"{self.kind} {own}" if p == f"{self.kind} {name}" else p for p in report.provides
            ]
            report.problems.append(
                f"{self._title(name)} is the one of {winners[0][1].source}, which comes with the program; "
                f"the one given here is called '{own}'."
            )

    def _contested(self, name: str, given: list[tuple[S, PluginReport]]) -> str:
        reports = [report for _, report in given]
        sources = " and ".join(dict.fromkeys(report.source for report in reports))
        plugins = [f"'{report.name}:{name}'" for report in reports]
        way_out = f", or choose {' or '.join(plugins)}" if len(set(plugins)) == len(plugins) else ""
        return (
            f"{self._title(name)} is provided more than once, by {sources}; uninstall one to use it{way_out}."
        )


def _winners(providers: list[tuple[S, PluginReport]]) -> list[tuple[S, PluginReport]]:
    """Of all who provide a name, those who may have it: the bundled one, else all."""
    return [given for given in providers if given[1].distribution == BUNDLED] or providers

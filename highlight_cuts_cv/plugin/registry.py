"""Finds, checks, isolates and reports plugins.

A broken plugin is left out and reported; it never stops the tool.  Two providers of one name are
a conflict: neither is used until the user removes one, and the message names both.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

import pluggy

from highlight_cuts_cv.contracts import (
    Detector,
    DetectorSpec,
    Exporter,
    ExporterSpec,
    Indicator,
    IndicatorSpec,
    Tracker,
    TrackerSpec,
    resolve_options,
)
from highlight_cuts_cv.model import BadInputError, JobFailedError
from highlight_cuts_cv.plugin import hookspecs
from highlight_cuts_cv.plugin.guard import (
    Guard,
    GuardedDetector,
    GuardedExporter,
    GuardedIndicator,
    GuardedTracker,
    describe,
)

Spec = DetectorSpec | TrackerSpec | IndicatorSpec | ExporterSpec
S = TypeVar("S", DetectorSpec, TrackerSpec, IndicatorSpec, ExporterSpec)

HOOKS: dict[str, tuple[str, type[Any]]] = {
    "hccv_detectors": ("detector", DetectorSpec),
    "hccv_trackers": ("tracker", TrackerSpec),
    "hccv_indicators": ("indicator", IndicatorSpec),
    "hccv_exporters": ("exporter", ExporterSpec),
}
"""Hook name -> (kind of thing, spec class)."""

MAX_SPECS = 1000
"""A generator that yields more specs than this is taken for endless."""


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
class _Shelf(Generic[S]):
    """All specs of one kind, by name, with who provides them."""

    kind: str
    specs: dict[str, list[tuple[S, PluginReport]]] = field(default_factory=dict)

    def add(self, spec: S, report: PluginReport) -> None:
        providers = self.specs.setdefault(spec.name, [])
        providers.append((spec, report))
        report.provides.append(f"{self.kind} {spec.name}")
        if len(providers) > 1:
            sentence = self._conflict(spec.name)
            for _, provider in providers:
                provider.problems = [
                    p for p in provider.problems if not p.startswith(f"{self._title(spec.name)} ")
                ]
                provider.problems.append(sentence)

    def _title(self, name: str) -> str:
        return f"{self.kind.capitalize()} '{name}'"

    def _conflict(self, name: str) -> str:
        sources = " and ".join(dict.fromkeys(report.source for _, report in self.specs[name]))
        return f"{self._title(name)} is provided more than once, by {sources}; uninstall one to use it."

    def find(self, name: str) -> S:
        """The spec of that name.  Raises BadInputError where there is none, or several."""
        return self.provider(name)[0]

    def provider(self, name: str) -> tuple[S, PluginReport]:
        """The spec of that name and who provides it; raises as :meth:`find` does."""
        providers = self.specs.get(name, [])
        if not providers:
            known = ", ".join(self.names()) or "none"
            raise BadInputError(
                f"There is no {self.kind} '{name}'; known are: {known}. 'hccv plugins' tells what was left out and why."
            )
        if len(providers) > 1:
            raise BadInputError(self._conflict(name))
        return providers[0]

    def names(self) -> list[str]:
        return sorted(name for name, providers in self.specs.items() if len(providers) == 1)


class Registry:
    """The plugins found on this machine and what they provide."""

    def __init__(self) -> None:
        self.reports: list[PluginReport] = []
        self._manager = pluggy.PluginManager(hookspecs.GROUP)
        self._manager.add_hookspecs(hookspecs)
        self.detectors: _Shelf[DetectorSpec] = _Shelf("detector")
        self.trackers: _Shelf[TrackerSpec] = _Shelf("tracker")
        self.indicators: _Shelf[IndicatorSpec] = _Shelf("indicator")
        self.exporters: _Shelf[ExporterSpec] = _Shelf("exporter")

    @property
    def _shelves(self) -> dict[str, _Shelf[Any]]:
        return {
            "hccv_detectors": self.detectors,
            "hccv_trackers": self.trackers,
            "hccv_indicators": self.indicators,
            "hccv_exporters": self.exporters,
        }

    def load(self, points: Iterable[EntryPoint]) -> None:
        """Import each entry point's module and collect what it provides; problems are recorded."""
        for point in sorted(points, key=lambda p: (p.name, p.value)):
            dist = point.dist
            report = PluginReport(point.name, dist.name if dist else "unknown", dist.version if dist else "")
            try:
                plugin = point.load()
            # A plugin may raise anything at import, even SystemExit; only the user may stop the tool.
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self.reports.append(report)
                report.problems.append(f"It could not be imported ({describe(error)}).")
                continue
            self.add(plugin, report)

    def add(self, plugin: object, report: PluginReport) -> None:
        """Register one plugin object and collect its specs."""
        self.reports.append(report)
        for name in _hook_like_names(plugin):
            if name not in HOOKS:
                report.problems.append(
                    f"It implements an unknown hook '{name}'; known are: {', '.join(HOOKS)}."
                )
        try:
            # The name keeps two distributions with one entry-point name apart.
            self._manager.register(plugin, name=f"{len(self.reports)}:{report.name}")
        except pluggy.PluginValidationError as error:
            report.problems.append(f"It does not fit the hooks ({describe(error)}).")
            return
        except ValueError as error:
            report.problems.append(f"It could not be registered ({describe(error)}).")
            return
        for hook, (kind, spec_class) in HOOKS.items():
            for impl in getattr(self._manager.hook, hook).get_hookimpls():
                if impl.plugin is plugin:
                    for spec in _collect(impl.function, hook, kind, spec_class, report):
                        self._shelves[hook].add(spec, report)
        if not report.provides and not report.problems:
            report.problems.append("It provides nothing.")

    def detector(self, name: str, options: Mapping[str, object] | None = None) -> Detector:
        """Make a detector by name.  Raises BadInputError (name, option) or JobFailedError (start).

        What the plugin does wrong later is a JobFailedError that names it, too; any thread may ask it.
        """
        return GuardedDetector(*_make(self.detectors, name, options, Detector))  # type: ignore[type-abstract]

    def tracker(self, name: str, options: Mapping[str, object] | None = None) -> Tracker:
        """Make a tracker by name; raises as :meth:`detector` does."""
        return GuardedTracker(*_make(self.trackers, name, options, Tracker))  # type: ignore[type-abstract]

    def indicator(self, name: str, options: Mapping[str, object] | None = None) -> Indicator:
        """Make an indicator by name; raises as :meth:`detector` does."""
        return GuardedIndicator(*_make(self.indicators, name, options, Indicator))  # type: ignore[type-abstract]

    def exporter(self, name: str, options: Mapping[str, object] | None = None) -> Exporter:
        """Make an exporter by name; raises as :meth:`detector` does."""
        return GuardedExporter(*_make(self.exporters, name, options, Exporter))  # type: ignore[type-abstract]


T = TypeVar("T")


def _make(
    shelf: _Shelf[Any], name: str, options: Mapping[str, object] | None, protocol: type[T]
) -> tuple[T, str]:
    """What the plugin makes, and how sentences name it."""
    spec, report = shelf.provider(name)
    values = resolve_options(spec.options, options or {})
    who = f"The {shelf.kind} '{name}' ({report.source})"
    with Guard(who).doing("to start"):
        made = spec.create(values)
    if not isinstance(made, protocol):
        raise JobFailedError(f"What the {shelf.kind} '{name}' makes is not one: a method is missing.")
    return made, who


def _hook_like_names(plugin: object) -> list[str]:
    """Names marked with ``@hookimpl`` in the plugin, whether we know the hook or not."""
    mark = f"{hookspecs.GROUP}_impl"
    return [name for name in dir(plugin) if hasattr(getattr(plugin, name, None), mark)]


def _collect(
    function: Callable[[], Iterable[object]],
    hook: str,
    kind: str,
    spec_class: type[Any],
    report: PluginReport,
) -> list[Any]:
    """Call one hook implementation; return its good specs and record what is wrong with the rest."""
    specs: list[Any] = []
    if inspect.signature(function).parameters:
        report.problems.append(f"Its hook '{hook}' takes arguments, but the hook gives none.")
        return specs
    try:
        result = function()
        if result is None or isinstance(result, (str, bytes)) or not isinstance(result, Iterable):
            report.problems.append(
                f"Its hook '{hook}' returned {result!r} instead of {kind} specs; yield them."
            )
            return specs
        if (
            iter(result) is result
            and inspect.isgenerator(result)
            and inspect.getgeneratorstate(result) == "GEN_CLOSED"
        ):
            report.problems.append(
                f"Its hook '{hook}' returned an exhausted generator; return a new one each time."
            )
            return specs
        for spec in result:
            if len(specs) >= MAX_SPECS:
                report.problems.append(f"Its hook '{hook}' never stops yielding; only {MAX_SPECS} were read.")
                return []
            if isinstance(spec, spec_class):
                specs.append(spec)
            else:
                report.problems.append(
                    f"Its hook '{hook}' yielded a {type(spec).__name__}, not a {spec_class.__name__}."
                )
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        report.problems.append(f"Its hook '{hook}' failed ({describe(error)}).")
    return specs


_loaded: Registry | None = None


def get_registry() -> Registry:
    """The registry of all installed plugins, loaded once per process."""
    global _loaded
    if _loaded is None:
        registry = Registry()
        registry.load(entry_points(group=hookspecs.GROUP))
        _loaded = registry
    return _loaded

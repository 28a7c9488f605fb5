"""Finds, checks, isolates and reports plugins.

A broken plugin is left out and reported; it never stops the tool.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType, SimpleNamespace
from typing import Any, TypeVar

import pluggy

from highlight_cuts_cv.contracts import (
    Deliverer,
    DelivererSpec,
    Detector,
    DetectorSpec,
    Exporter,
    ExporterSpec,
    Identifier,
    IdentifierSpec,
    Indicator,
    IndicatorSpec,
    Tracker,
    TrackerSpec,
    resolve_options,
)
from highlight_cuts_cv.model import JobFailedError
from highlight_cuts_cv.plugin import hookspecs
from highlight_cuts_cv.plugin.guard import (
    Guard,
    GuardedDeliverer,
    GuardedDetector,
    GuardedExporter,
    GuardedIdentifier,
    GuardedIndicator,
    GuardedTracker,
    describe,
)
from highlight_cuts_cv.plugin.shelves import PluginReport, Shelf

Spec = DetectorSpec | TrackerSpec | IndicatorSpec | ExporterSpec | DelivererSpec | IdentifierSpec

HOOKS: dict[str, tuple[str, type[Any]]] = {
    "hccv_detectors": ("detector", DetectorSpec),
    "hccv_trackers": ("tracker", TrackerSpec),
    "hccv_indicators": ("indicator", IndicatorSpec),
    "hccv_exporters": ("exporter", ExporterSpec),
    "hccv_deliverers": ("deliverer", DelivererSpec),
    "hccv_identifiers": ("identifier", IdentifierSpec),
}
"""Hook name -> (kind of thing, spec class)."""

MAX_SPECS = 1000
"""A generator that yields more specs than this is taken for endless."""


class Registry:
    """The plugins found on this machine and what they provide."""

    def __init__(self) -> None:
        self.reports: list[PluginReport] = []
        self._manager = pluggy.PluginManager(hookspecs.GROUP)
        self._manager.add_hookspecs(hookspecs)
        self.detectors: Shelf[DetectorSpec] = Shelf("detector")
        self.trackers: Shelf[TrackerSpec] = Shelf("tracker")
        self.indicators: Shelf[IndicatorSpec] = Shelf("indicator")
        self.exporters: Shelf[ExporterSpec] = Shelf("exporter")
        self.deliverers: Shelf[DelivererSpec] = Shelf("deliverer")
        self.identifiers: Shelf[IdentifierSpec] = Shelf("identifier")

    @property
    def _shelves(self) -> dict[str, Shelf[Any]]:
        return {
            "hccv_detectors": self.detectors,
            "hccv_trackers": self.trackers,
            "hccv_indicators": self.indicators,
            "hccv_exporters": self.exporters,
            "hccv_deliverers": self.deliverers,
            "hccv_identifiers": self.identifiers,
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
        hooks = SimpleNamespace(**_marked(plugin, report))
        for name in vars(hooks):
            if name not in HOOKS:
                report.problems.append(
                    f"It implements an unknown hook '{name}'; known are: {', '.join(HOOKS)}."
                )
        if vars(hooks):
            self._register(hooks, report)
        if not report.provides and not report.problems:
            report.problems.append("It provides nothing.")

    def _register(self, hooks: SimpleNamespace, report: PluginReport) -> None:
        """Let pluggy check the hook functions, and collect what those that fit provide."""
        try:
            # The name keeps two distributions with one entry-point name apart.
            self._manager.register(hooks, name=f"{len(self.reports)}:{report.name}")
        except pluggy.PluginValidationError as error:
            report.problems.append(f"It does not fit the hooks ({describe(error)}).")
            return
        except ValueError as error:
            report.problems.append(f"It could not be registered ({describe(error)}).")
            return
        for hook, (kind, spec_class) in HOOKS.items():
            for impl in getattr(self._manager.hook, hook).get_hookimpls():
                if impl.plugin is hooks:
                    for spec in _collect(impl.function, hook, kind, spec_class, report):
                        self._shelves[hook].add(spec, report)

    def offers(self, name: str) -> list[tuple[str, str, Spec, PluginReport]]:
        """All things called *name* (``PLUGIN:NAME``, too) and all of a plugin called so.

        Each is its kind, the name to use, its spec and who provides it; there may be none.
        """
        return [
            (shelf.kind, full_name, spec, report)
            for shelf in self._shelves.values()
            for full_name, spec, report in shelf.offers(name)
        ]

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

    def deliverer(self, name: str, options: Mapping[str, object] | None = None) -> Deliverer:
        """Make a deliverer by name; raises as :meth:`detector` does."""
        return GuardedDeliverer(*_make(self.deliverers, name, options, Deliverer))  # type: ignore[type-abstract]

    def identifier(self, name: str, options: Mapping[str, object] | None = None) -> Identifier:
        """Make an identifier by name; raises as :meth:`detector` does."""
        return GuardedIdentifier(*_make(self.identifiers, name, options, Identifier))  # type: ignore[type-abstract]


T = TypeVar("T")


def _make(
    shelf: Shelf[Any], name: str, options: Mapping[str, object] | None, protocol: type[T]
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


def _marked(plugin: object, report: PluginReport) -> dict[str, Any]:
    """What is marked with ``@hookimpl`` in the plugin, by name, whether we know the hook or not.

    Nothing else is touched: a module may import lazily when it is asked for a name, and even naming
    what it has may fail.
    """
    mark = f"{hookspecs.GROUP}_impl"
    found: dict[str, Any] = {}
    try:
        names = set(dir(plugin))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        report.problems.append(f"It cannot say what it has ({describe(error)}).")
        names = set()
    if isinstance(plugin, ModuleType):
        names = {*vars(plugin), *names.intersection(HOOKS)}
    for name in sorted(names):
        try:
            thing = getattr(plugin, name)
            if inspect.isroutine(thing) and hasattr(thing, mark):
                found[name] = thing
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if name in HOOKS:
                report.problems.append(f"Its hook '{name}' cannot be read ({describe(error)}).")
    return found


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

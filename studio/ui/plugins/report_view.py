"""The report of a plugin: for each of its methods what was tried, what came of it, and the plot of its convergence."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from studio.plugin.report import Finding, Report
from studio.ui.metrics import px
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.icon_button import IconLabel
from studio.ui.widgets.state import set_state


class ReportView(QScrollArea):
    """Shows one report at a time; with several a list above chooses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reports: tuple[Report, ...] = ()
        self._chooser = Combo()
        self._chooser.setAccessibleName(self.tr("Method"))
        self._summary, self._facts, self._said = QLabel(), QLabel(), QLabel()
        self._summary.setProperty("role", "heading")
        for label in (self._facts, self._said):
            label.setProperty("role", "secondary")
        self._sheet = QWidget()
        self._findings: QWidget | None = None
        self._plot: QWidget | None = None
        self._lay_out()
        self._chooser.currentIndexChanged.connect(self._show)
        self.say("")

    def say(self, sentence: str) -> None:
        """There is no report: say why."""
        self.show_reports((), sentence)

    def show_reports(self, reports: Sequence[Report], sentence: str = "") -> None:
        """Show these, the first that failed before the others, and what else is to be said."""
        self._reports = tuple(sorted(reports, key=lambda report: report.passed))
        self._chooser.blockSignals(True)
        self._chooser.clear()
        for report in self._reports:
            kept = self.tr("keeps its promises") if report.passed else self.tr("breaks a promise")
            self._chooser.addItem(f"{report.name}: {kept}")
        self._chooser.blockSignals(False)
        self._chooser.setVisible(len(self._reports) > 1)
        self._said.setText(sentence)
        self._said.setVisible(bool(sentence))
        self._show()

    def words(self) -> str:
        """All that is said, for reading aloud and for tests."""
        labels = [label for label in self._sheet.findChildren(QLabel) if label.isVisibleTo(self._sheet)]
        return "\n".join(label.text() for label in labels if label.text())

    def _lay_out(self) -> None:
        for label in (self._summary, self._facts, self._said):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._column = QVBoxLayout(self._sheet)
        self._column.setContentsMargins(0, px(12), px(12), px(12))
        self._column.setSpacing(px(8))
        for widget in (self._said, self._chooser, self._summary, self._facts):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self._sheet)

    def _show(self) -> None:
        for part in (self._findings, self._plot):
            if part is not None:
                self._column.removeWidget(part)
                part.setParent(None)
                part.deleteLater()
        self._findings = self._plot = None
        number = max(self._chooser.currentIndex(), 0)
        for label in (self._summary, self._facts):
            label.setVisible(bool(self._reports))
        if not self._reports:
            return
        report = self._reports[number]
        self._summary.setText(self.tr("Keeps its promises") if report.passed else self.tr("Breaks a promise"))
        self._facts.setText(self._measured(report))
        self._findings = _list_of(report.findings)
        self._column.insertWidget(4, self._findings)
        if len(report.errors) > 1 and all(math.isfinite(error) for _, error in report.errors):
            from studio.ui.plugins.convergence_plot import ConvergencePlot  # takes a while to load

            plot = ConvergencePlot()
            plot.show_report(report)
            self._plot = plot
            self._column.insertWidget(4, plot)

    def _measured(self, report: Report) -> str:
        parts = []
        if report.order is not None:
            parts.append(self.tr("Order {order}.").format(order=f"{report.order:.2f}"))
        if report.kind == "sampler" and math.isfinite(report.calls):
            parts.append(self.tr("Network calls a step: {calls}.").format(calls=f"{report.calls:.3g}"))
        if math.isfinite(report.slower):
            text = self.tr("A step takes {times} times as long as one of DDIM.")
            if report.kind == "guidance rule":
                text = self.tr("Without the network it takes {times} times as long as classifier-free guidance.")
            parts.append(text.format(times=f"{report.slower:.2g}"))
        return " ".join(parts)


def _list_of(findings: Sequence[Finding]) -> QWidget:
    sheet = QWidget()
    column = QVBoxLayout(sheet)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(px(4))
    for finding in findings:
        column.addLayout(_line(finding))
    return sheet


def _line(finding: Finding) -> QHBoxLayout:
    icon = IconLabel("check" if finding.good else "x")
    set_state(icon, "tone", "success" if finding.good else "danger")
    told = finding.name[:1].upper() + finding.name[1:]
    text = QLabel(told if finding.good else f"{told}: {finding.told}")
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.setWordWrap(True)
    line = QHBoxLayout()
    line.setSpacing(px(8))
    line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(text, 1)
    return line

"""Experiments: what is declared before, the evidence as it gathers, and what came of it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from downloader.dashboard.access import page
from downloader.dashboard.forms import number, text, whole
from downloader.dashboard.paging import cursor_of, page_of
from downloader.dashboard.words import TARGET_NAMES
from downloader.models import Experiment
from downloader.services.access import Account

LIMIT: Final = 25


@page(to_change="operate")
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return what runs and what ended, and the form that begins one; a POST begins it."""
    from downloader import selectors
    from downloader.services.experiments import Plan, usual_stop

    if request.method == "POST":
        begun = _begin(request, account)
        messages.success(request, f"{begun.name} runs: from now on both releases forecast every video.")
        return redirect("foreview:experiments-one", begun.pk)
    rows, after = page_of(selectors.experiment_page(None, cursor_of(request), LIMIT), LIMIT)
    serving, plan = selectors.newest_promotion(), Plan()
    told: dict[str, Any] = {
        "experiments": rows,
        "next": after,
        "running": selectors.running_experiment() is not None,
        "serving": serving,
        "challengers": [one for one in selectors.challengers() if serving is None or one != serving.release],
        "plan": plan,
        "stop": None if serving is None else usual_stop(serving.release, plan.target, plan.most_age_days),
        "targets": TARGET_NAMES,
        "chosen": request.GET.get("challenger", ""),
    }
    return render(request, "foreview/experiments.html", told)


@page(to_change="operate")
def one(request: HttpRequest, account: Account, key: int) -> HttpResponse:  # noqa: ARG001  (a page is given its account)
    """Return one experiment with its evidence; a POST stops it."""
    from downloader import selectors
    from downloader.dashboard.figures_experiments import evidence_figure, evidence_says
    from downloader.services.experiments import course_of, stop_experiment

    experiment = selectors.experiment_seen(key)
    if request.method == "POST":
        stop_experiment(experiment.name, reason=text(request, "reason"))
        messages.success(request, f"{experiment.name} was stopped; it decides nothing.")
        return redirect("foreview:experiments-one", key)
    course = course_of(experiment)
    told: dict[str, Any] = {
        "experiment": experiment,
        "figure": evidence_figure(experiment, course),
        "says": evidence_says(experiment, course),
        "pairs": course.decision.pairs,
        "decision": course.decision,
        "target_name": TARGET_NAMES.get(experiment.target, experiment.target),
    }
    return render(request, "foreview/experiments_one.html", told)


def _begin(request: HttpRequest, account: Account) -> Experiment:
    from downloader.services.experiments import Plan, start_experiment

    usual = Plan()
    declared = {
        "least_pairs": whole(request, "least_pairs"),
        "most_pairs": whole(request, "most_pairs"),
        "allowed_harm": number(request, "allowed_harm"),
    }
    share, age = number(request, "share"), number(request, "most_age_days")
    plan = Plan(
        mode=text(request, "mode") or usual.mode,
        share=usual.share if share is None else share / 100,
        target=text(request, "target") or usual.target,
        most_age_days=usual.most_age_days if age is None else age,
        promotes=bool(request.POST.get("promotes")),
        stop={name: value for name, value in declared.items() if value is not None},
    )
    return start_experiment(
        text(request, "name"), text(request, "challenger"), plan=plan, reason=text(request, "reason"), by=account.name
    )

"""Build your own rule: the verdict comes from the samples, and only T / r passes."""

from __future__ import annotations

import json

import numpy as np
import pytest

import rec_core as rec
from rec_viz import live
from rec_viz.model import rule
from rec_viz.settings import TABLE
from rec_viz.settings.table import Rule


@pytest.mark.parametrize("name", rule.RULES)
def test_only_the_plain_race_is_fair(name):
    for seed in range(5):
        assert rule.outcome(Rule(rule=name, seed=seed)).is_fair == (name == "plain")
    assert rule.outcome(Rule(rule="power", power=1.0)).is_fair


def test_the_verdict_does_not_know_the_rule(monkeypatch):
    """Under the name of the plain race another rule is unfair, and the plain race is fair under another's."""
    monkeypatch.setattr(rule, "RULES", rule.RULES | {"plain": ("largest", "candidates"), "first": ("quotient", "")})
    swapped, fair = rule.outcome(Rule(rule="plain", seed=101)), rule.outcome(Rule(rule="first", seed=101))
    assert not swapped.is_fair
    assert "not Q" in rule.verdict(swapped)
    assert fair.is_fair
    assert "cannot be told from Q" in rule.verdict(fair)


def test_more_samples_find_a_smaller_bias():
    near = Rule(rule="power", power=1.125)
    found = [rule.outcome(near._replace(samples=n)).p_value for n in (1000, 10_000, 100_000)]
    assert found[0] > found[1] > found[2]
    assert rule.outcome(near._replace(samples=1000)).is_fair
    assert not rule.outcome(near._replace(samples=100_000)).is_fair


def test_a_histogram_grows_to_that_of_all_samples():
    settings = Rule(rule="power", power=2.5, seed=4)
    found, chosen = rule.outcome(settings), rec.rules.choose_many(rule.TARGET, rule.rule_of(settings), 10_000, seed=4)
    assert found.grown.shape == (rule.STEPS, rule.EDGES.size - 1)
    assert (np.diff(found.grown, axis=0) >= 0).all()
    assert (found.grown[-1] == np.histogram(chosen.samples[:, 0], rule.EDGES)[0]).all()
    assert found.number == chosen.indices.mean()
    assert found.examined == chosen.examined.mean()
    assert found.runs == 10_000


def test_every_setting_of_the_page_can_be_raced():
    for name, (_, setting) in rule.RULES.items():
        row = TABLE[Rule].get(setting)
        for value in (row.low, row.high) if row else ():
            told = rule.told(Rule(rule=name, samples=1000)._replace(**{setting: type(row.step)(value)}))
            assert told["rows"]


def test_live_answers_what_the_page_is_set_to():
    asked = Rule(rule="first", threshold=1.5, samples=1000, seed=3)
    told = json.loads(live.answer_rule(json.dumps(asked._asdict())))
    assert told == json.loads(json.dumps(rule.told(asked)))
    assert told["of"] == asked._asdict()


@pytest.mark.parametrize(
    "request_", ["[]", "{", '{"rule": "best"}', '{"power": 0.3}', '{"samples": 1e9}', '{"candidates": [1]}', " " * 5000]
)
def test_live_refuses_in_a_sentence(request_):
    assert set(json.loads(live.answer_rule(request_))) == {"error"}

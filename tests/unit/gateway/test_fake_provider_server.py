"""The fake provider server speaks as the SDKs' own types say."""

import json
from typing import Any

import pytest
from anthropic.types import Message
from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse
from openai.types import Batch, FileObject
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

from tests.fakes.http_server import Request
from tests.fakes.provider_jobs import Job, Jobs, _anthropic_job, _file, _openai_job
from tests.fakes.provider_replies import Dialect, Say, answer

TYPES: dict[Dialect, Any] = {"anthropic": Message, "responses": Response, "chat": ChatCompletion}


@pytest.mark.parametrize("dialect", ["anthropic", "responses", "chat"])
@pytest.mark.parametrize("act", [Say("Essay B"), "refusal", "max_tokens", "no_winner"])
def test_what_the_fake_says_has_the_shape_of_the_sdk(dialect: Dialect, act: str | Say) -> None:
    body = answer(act, dialect, {"tool_choice": {"type": "tool"}})
    assert TYPES[dialect].model_validate(body).usage is not None


def test_jobs_of_the_fake_have_the_shape_of_the_sdk() -> None:
    job = Job("job_1", "openai", [("a", {}), ("b", {})])
    job.expire(done=1)
    assert Batch.model_validate(_openai_job(job)).error_file_id == "job_1-error"
    assert MessageBatch.model_validate(_anthropic_job(job, "http://x")).request_counts.expired == 1
    assert FileObject.model_validate(_file("file-1", 3)).bytes == 3


def test_results_of_the_fake_have_the_shape_of_the_sdk() -> None:
    jobs = Jobs(lambda _provider, _body: Say())
    job = Job("msgbatch_1", "anthropic", [("a", {}), ("b", {}), ("c", {})])
    jobs.by_id[job.job_id] = job
    job.finish({"b": "overloaded"}, done=2)
    request = Request("GET", "/", {}, {}, b"")
    lines = jobs.anthropic(request, "/v1/messages/batches/msgbatch_1/results", "http://x").body.splitlines()
    read = [MessageBatchIndividualResponse.model_validate(json.loads(line)) for line in lines]
    assert [item.result.type for item in read] == ["succeeded", "errored", "canceled"]

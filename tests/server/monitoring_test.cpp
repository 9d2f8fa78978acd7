// /metrics, /healthz, /readyz.
#include "server/rest/metrics_text.hpp"
#include "server/rest/request_metrics.hpp"

#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::rest::Api;

TEST_CASE("/metrics tells the jobs, the queue and the store") {
  RestRig rig;
  rig.ended(rig.create("echo", "text=x&PHASE=RUN"));
  rig.create("echo");
  rig.ended(rig.create("fail", "PHASE=RUN"));
  const Answer answer = rig.get("/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.header("Content-Type") == "text/plain;version=0.0.4;charset=utf-8");
  for (const char* line :
       {"# TYPE opus_uws_jobs gauge\n", "opus_uws_jobs{description=\"echo\",phase=\"PENDING\"} 1\n",
        "opus_uws_jobs{description=\"echo\",phase=\"COMPLETED\"} 1\n",
        "opus_uws_jobs{description=\"fail\",phase=\"ERROR\"} 1\n",
        "opus_uws_queue_length{executor=\"function\"} 0\n", "opus_uws_queue_age_seconds 0\n",
        "opus_uws_store_failures_total 0\n"})
    CHECK(has_text(answer, line));
}

TEST_CASE("requests are counted by route and status, times but for those that waited") {
  opus::rest::RequestMetrics metrics{Api::routes()};
  const auto& routes = Api::routes();
  const auto* const job = &*std::find_if(routes.begin(), routes.end(), [](const auto& route) {
    return route.pattern == "/rest/{name}/{id}" && route.method == opus::rest::Method::get;
  });
  metrics.count(job, 200, 2ms, false);
  metrics.count(job, 200, 30s, true);
  metrics.count(job, 404, 20s, false);
  metrics.count(nullptr, 405, 1us, false);
  std::string text;
  metrics.write(text);
  const std::string labels = "{method=\"GET\",route=\"/rest/{name}/{id}\"";
  CHECK(contains(text, "opus_uws_http_requests_total" + labels + ",status=\"2xx\"} 2\n"));
  CHECK(contains(text, "opus_uws_http_requests_total" + labels + ",status=\"4xx\"} 1\n"));
  CHECK(contains(text, "requests_total{method=\"\",route=\"\",status=\"4xx\"} 1\n"));
  CHECK(contains(text, "seconds_bucket" + labels + ",le=\"0.001\"} 0\n"));
  CHECK(contains(text, "seconds_bucket" + labels + ",le=\"0.0025\"} 1\n"));
  CHECK(contains(text, "seconds_bucket" + labels + ",le=\"10\"} 1\n"));
  CHECK(contains(text, "seconds_bucket" + labels + ",le=\"+Inf\"} 2\n"));
  CHECK(contains(text, "seconds_sum" + labels + "} 20.002\n"));
  CHECK(contains(text, "seconds_count" + labels + "} 2\n"));
  CHECK_FALSE(contains(text, "/capabilities"));  // nobody asked
}

TEST_CASE("labels are escaped as Prometheus wants it") {
  CHECK(opus::rest::label("a", "x\"y\\z\n") == "a=\"x\\\"y\\\\z\\n\"");
  CHECK(opus::rest::number(0.0025) == "0.0025");
}

TEST_CASE("a server that answers is healthy, one with a store and room is ready") {
  RestRig rig;
  CHECK(rig.get("/healthz").body == "ok\n");
  CHECK(rig.get("/readyz").body == "ready\n");
}

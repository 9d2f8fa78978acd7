#include "libopus/provenance/names.hpp"

#include "libopus/provenance/secrets.hpp"
#include "tests/support/catch.hpp"

#include <set>

using namespace opus::provenance;

namespace {

bool is_ncname_after_prefix(const std::string& name) {
  REQUIRE(name.rfind("id:", 0) == 0);
  const std::string local = name.substr(3);
  const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  return !local.empty() && local.find_first_not_of(letters) == std::string::npos &&
         local.back() != '.' && letters.find(local[0]) < 52;
}

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '.')
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)), i += 2;
    else
      out += text[i];
  return out;
}

}  // namespace

TEST_CASE("names are NCNames whatever they are made of, and are told apart") {
  std::set<std::string> users, parameters;
  std::vector<std::string> texts{
      "",      "a",       "a.b", "a.2eb", "a b", "../../etc", "\xC3\xA9", "A", std::string(1, '\0'),
      "sigma", "sigma.n2"};
  for (int byte = 0; byte < 256; ++byte) texts.push_back({'q', static_cast<char>(byte)});
  for (const std::string& text : texts) {
    CHECK(decoded(encoded(text)) == text);
    CHECK(is_ncname_after_prefix(owner_name(text)));
    CHECK(users.insert(owner_name(text)).second);
    for (const unsigned nth : {1u, 2u, 16u}) {
      const std::string name = parameter_name({"j1"}, text, nth);
      CHECK(parameters.insert(name).second);
      if (!text.empty()) CHECK(is_ncname_after_prefix(name));
    }
    opus::Job job;
    job.description = text;
    for (const char* version : {"", "1.2", "2.", "rc 1"}) {
      job.description_version = version;
      for (const char* hash : {"", "0123456789abcdef"}) {
        job.description_hash = hash;
        CHECK(is_ncname_after_prefix(plan_name(job)));
      }
    }
    CHECK(is_ncname_after_prefix(software_name(text)));
    CHECK(is_ncname_after_prefix(software_name("opus " + text)));
    CHECK(is_ncname_after_prefix(contact_name({.name = text, .email = ""})));
    CHECK(is_ncname_after_prefix(job_name({text})));
    CHECK(is_ncname_after_prefix(entity_name({text})));
  }
}

TEST_CASE("names of ordinary things are readable") {
  CHECK(job_name({"0198c0de-0000-7000-8000-000000000001"}) ==
        "id:job-0198c0de-0000-7000-8000-000000000001");
  CHECK(owner_name("alice") == "id:user-alice");
  CHECK(parameter_name({"j42"}, "sigma", 1) == "id:par-j42.sigma");
  CHECK(software_name("opus-uws 0.1.0") == "id:svc-opus-uws.0.1.0");
  opus::Job job;
  job.description = "stack";
  job.description_version = "1.2";
  job.description_hash = "0123456789abcdef0123";
  CHECK(plan_name(job) == "id:jdl-stack.1.2.0123456789ab");
}

TEST_CASE("URLs lose user, password and secret query values, and nothing else") {
  CHECK(public_url("https://example.org/a?b=c&d#e") == "https://example.org/a?b=c&d#e");
  CHECK(public_url("https://u:p@example.org:8443/a@b") == "https://example.org:8443/a@b");
  CHECK(public_url("HTTPS://u@example.org?x=1@2") == "HTTPS://example.org?x=1@2");
  CHECK(public_url("http://example.org/?X-Amz-Signature=1&X-Amz-Credential=2&n=3") ==
        "http://example.org/?n=3");
  CHECK(public_url("http://example.org/?access_token=1#frag") == "http://example.org/#frag");
  CHECK(public_url("http://example.org") == "http://example.org");
  CHECK(public_url("mailto:a@b") == "mailto:a@b");
  CHECK(public_url("3.5") == "3.5");
  CHECK(public_url("") == "");
}

TEST_CASE("names that usually hold secrets") {
  for (const char* name : {"API_TOKEN", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "Authorization"})
    CHECK(is_secret_name(name));
  CHECK_FALSE(is_secret_name("OMP_NUM_THREADS"));
  for (const char* name : {"db_password", "accessToken", "client_secret"})
    CHECK(is_secret_parameter(name));
  for (const char* name : {"keyword", "author", "bandpass", "passes", "monkey"})
    CHECK_FALSE(is_secret_parameter(name));
}

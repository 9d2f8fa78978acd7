// Versions of descriptions, uploads by content and time, and garbage, as rows.
#include "tests/unit/store/rig.hpp"

using namespace opus;
using namespace opus_test;
using store::Writer;

namespace {

DescriptionVersion offered(const std::string& name) {
  DescriptionVersion version;
  version.name = name;
  version.hash = k_description_hash;
  version.state = VersionState::offered;
  version.submitted = at(5);
  return version;
}

Result<DescriptionVersion> insert(StoreRig& rig, const DescriptionVersion& version) {
  DescriptionVersion inserted;
  OPUS_UWS_CHECK(rig->write([&](Writer& writer) -> Result<void> {
    auto done = writer.insert_version(version);
    if (done) inserted = *done;
    return done ? Result<void>() : Result<void>(done.error());
  }));
  return inserted;
}

}  // namespace

TEST_CASE("versions are numbered by name and come back as they were") {
  StoreRig rig;
  rig.save_description();
  DescriptionVersion pending = offered("a");
  pending.origin = VersionOrigin::submitted;
  pending.state = VersionState::pending;
  pending.author = "alice";
  const DescriptionVersion first = insert(rig, pending).value();
  CHECK(first.number == 1);
  CHECK(insert(rig, offered("a"))->number == 2);
  CHECK(insert(rig, offered("b"))->number == 1);
  auto known = rig->definitions().versions_of("a").value();
  REQUIRE(known.size() == 2);
  pending.number = 1;
  pending.version = known[0].version;  // that of the description
  CHECK(known[0] == pending);
  CHECK(rig->definitions().all_versions()->size() == 3);
  CHECK(rig->definitions().versions_with(k_description_hash)->size() == 3);
  CHECK(rig->definitions().versions_with("none")->empty());

  pending.state = VersionState::rejected;
  pending.decided = at(9);
  pending.reason = "no";
  rig->write([&](Writer& writer) { return writer.update_version(pending); }).value();
  CHECK(rig->definitions().versions_of("a")->front() == pending);
  pending.number = 7;
  CHECK(rig->write([&](Writer& writer) { return writer.update_version(pending); }).error().code ==
        Errc::not_found);
}

TEST_CASE("of one name only one version is offered, and its description is there") {
  StoreRig rig;
  CHECK_FALSE(insert(rig, offered("a")));  // not saved yet
  rig.save_description();
  insert(rig, offered("a")).value();
  CHECK_FALSE(insert(rig, offered("a")));
  CHECK(rig->definitions().versions_of("a")->size() == 1);
}

TEST_CASE("uploads are found by content and by their time, results are not") {
  StoreRig rig;
  Entity one = upload("one");
  one.expires = at(10);
  Entity two = upload("two");
  two.sha256 = one.sha256;
  two.expires = at(5);
  rig.insert(one);
  rig.insert(two);
  const Job job = plain_job();
  rig.insert(job);
  JobResult result = result_of(job, "map");
  result.entity.sha256 = one.sha256;
  rig.complete(job, {result});
  const auto equal = rig->contents().uploads_with(one.sha256).value();
  CHECK(equal == std::vector{one, two});
  CHECK(rig->contents().uploads_with("none")->empty());
  CHECK(rig->contents().next_expiry().value() == at(5));
  CHECK(rig->contents().expired_uploads(at(4), 9)->empty());
  CHECK(rig->contents().expired_uploads(at(10), 9).value() == std::vector{two.id, one.id});
  CHECK(rig->contents().expired_uploads(at(10), 1).value() == std::vector{two.id});
}

TEST_CASE("garbage is kept until it is forgotten") {
  StoreRig rig;
  const auto add = [](Writer& writer) { return writer.add_garbage("uploads/aa/x"); };
  rig->write(add).value();
  rig->write(add).value();
  CHECK(rig->contents().garbage().value() == std::vector<std::string>{"uploads/aa/x"});
  rig.reopen();
  CHECK(rig->contents().garbage()->size() == 1);
  rig->write([](Writer& writer) { return writer.forget_garbage("uploads/aa/x"); }).value();
  CHECK(rig->contents().garbage()->empty());
}

// /store: entities up, down, and from one job to the next.
#include "tests/server/rest_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;

namespace {

Answer upload(RestRig& rig, std::string_view target, std::string_view content,
              std::string type = "application/fits", std::string_view method = "POST") {
  return rig.send(method, target, {{"Content-Type", std::move(type)}}, content);
}

const std::string k_link_end = "/prov.json>; rel=\"http://www.w3.org/ns/prov#has_provenance\"";

}  // namespace

TEST_CASE("an upload is an entity that can be read and described") {
  RestRig rig;
  const Answer sent = upload(rig, "/store?NAME=image.fits", "0123456789");
  INFO(sent.body);
  REQUIRE(sent.status == 201);
  const std::string entity = path_of(sent.header("Location"));
  const std::string id = entity.substr(entity.rfind('/') + 1);
  CHECK(rig.get(entity + "/metadata").body == sent.body);
  for (const std::string_view member :
       {"\"name\":\"image.fits\"", "\"mediaType\":\"application/fits\"", "\"size\":10",
        "\"sha256\":\"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882\"",
        "\"generatedBy\":null", "\"usedBy\":[]", "\"expires\":\"2"})
    CHECK(has_text(sent, member));

  for (const std::string& target : {entity, "/store?ID=" + id, "/store?id=" + id}) {
    const Answer content = rig.get(target);
    CHECK(content.status == 200);
    CHECK(content.body == "0123456789");
    CHECK(content.header("Content-Type") == "application/fits");
    CHECK(content.header("ETag") ==
          "\"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882\"");
    CHECK(content.header("Content-Disposition") == "attachment; filename=\"image.fits\"");
    CHECK(content.header("Link") == "<http://example.org/opus" + entity + k_link_end);
  }
  const Answer part = rig.get(entity, {{"Range", "bytes=2-4"}});
  CHECK(part.status == 206);
  CHECK(part.body == "234");
  CHECK(rig.get(entity, {{"If-None-Match", rig.get(entity).header("ETag")}}).status == 304);
  CHECK(rig.get(entity + "/prov.json").status == 200);
  CHECK(rig.get(entity + "/prov.n").status == 200);
}

TEST_CASE("files come by POST and PUT, as bodies and as parts of forms, and equal ones once") {
  RestRig rig;
  const std::string by_put =
      path_of(upload(rig, "/store/a.txt", "text", "text/plain", "PUT").header("Location"));
  CHECK(has_text(rig.get(by_put + "/metadata"), "\"name\":\"a.txt\""));
  CHECK(path_of(upload(rig, "/store?NAME=a.txt", "text", "text/plain").header("Location")) ==
        by_put);
  const std::string form =
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
      "Content-Type: text/plain\r\n\r\ntext\r\n--b--\r\n";
  CHECK(
      path_of(upload(rig, "/store", form, "multipart/form-data; boundary=b").header("Location")) ==
      by_put);
  CHECK(path_of(upload(rig, "/store?NAME=b.txt", "text", "text/plain").header("Location")) !=
        by_put);
  CHECK(upload(rig, "/store?NAME=empty", "").status == 201);
  const Answer escape = upload(rig, "/store?NAME=../../../etc/passwd", "x");
  CHECK(has_text(escape, "\"name\":\"passwd\""));
  CHECK(upload(rig, by_put, "other", "text/plain", "PUT").status == 403);
  CHECK(upload(rig, "/store", "--b--\r\n", "multipart/form-data; boundary=b").status == 400);

  CHECK(rig.send("DELETE", by_put).status == 204);
  CHECK(rig.get(by_put).status == 404);
  CHECK(rig.send("DELETE", by_put).status == 404);
}

TEST_CASE("what does not exist is named") {
  RestRig rig;
  CHECK(rig.get("/store").status == 400);
  CHECK(rig.get("/store?ID=").status == 400);
  CHECK(rig.get("/store?ID=1&ID=2").status == 400);
  const Answer unknown = rig.get("/store/01890a5d-ac96-774b-bcce-b302099a8057");
  CHECK(unknown.status == 404);
  CHECK(has_text(unknown, "01890a5d-ac96-774b-bcce-b302099a8057"));
  CHECK(rig.get("/store/x/metadata").status == 404);
  CHECK(rig.get("/store/x/prov.json").status == 404);
}

TEST_CASE("a result of one job is the input of the next, by its id") {
  RestRig rig;
  const std::string first = rig.create("echo", "text=handed+on&PHASE=RUN");
  const opus::Job made = rig.ended(first);
  const std::string id = made.results.at(0).entity.id.value;
  CHECK(has_text(rig.get(first, {{"Accept", "application/json"}}), id));
  CHECK(rig.get(first).header("Link") == "<http://example.org/opus" + first + k_link_end);
  CHECK(rig.get(first + "/results/result").header("Link") ==
        "<http://example.org/opus" + first + k_link_end);

  const std::string second = rig.create("reader", "image=" + id + "&PHASE=RUN");
  CHECK(rig.ended(second).phase == opus::Phase::completed);
  CHECK(rig.get(second + "/results/copy").body == "handed on");
  const Answer metadata = rig.get("/store/" + id + "/metadata");
  CHECK(has_text(metadata, "\"result\":\"result\""));
  CHECK(has_text(metadata, "\"href\":\"http://example.org/opus" + first + "\""));
  CHECK(has_text(metadata, "\"href\":\"http://example.org/opus" + second + "\""));
  CHECK(rig.send("DELETE", "/store/" + id).status == 403);

  // The first job goes; what the second one used stays as long as it does.
  CHECK(rig.send("DELETE", first).status == 303);
  CHECK(rig.get(first).status == 404);
  CHECK(rig.get("/store/" + id).body == "handed on");
  CHECK(rig.send("DELETE", second).status == 303);
}

TEST_CASE("an upload is an input by its id, and is then in use") {
  RestRig rig;
  const std::string entity =
      path_of(upload(rig, "/store?NAME=image.fits", "pixels").header("Location"));
  const std::string id = entity.substr(entity.rfind('/') + 1);
  const std::string job = rig.create("reader", "image=" + id + "&PHASE=RUN");
  CHECK(rig.ended(job).phase == opus::Phase::completed);
  CHECK(rig.get(job + "/results/copy").body == "pixels");
  CHECK(rig.get(job + "/parameters/image").body == "pixels");
  CHECK(rig.send("DELETE", entity).status == 403);
  CHECK(has_text(rig.get(entity + "/metadata"), "\"job\":\"" + RestRig::id_of(job).value + "\""));
}

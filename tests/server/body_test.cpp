#include "server/rest/body.hpp"

#include "server/rest/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace opus::rest;
using opus::Errc;
using opus_test::TempFolder;

namespace {

struct BodyRig {
  TempFolder folder;
  BodyLimits limits{};
  Request request;

  BodyRig() = default;
  explicit BodyRig(std::string_view content_type) {
    request.headers.add("Content-Type", content_type);
  }

  opus::Result<std::unique_ptr<BodyReader>> reader(
      BodyKind kind, std::optional<std::uint64_t> length = std::nullopt) const {
    return make_body_reader(request, kind, length, limits, folder.path());
  }
  opus::Result<void> read(BodyKind kind, std::string_view body) {
    OPUS_UWS_TRY(const auto made, reader(kind));
    OPUS_UWS_CHECK(made->feed(body.substr(0, body.size() / 2)));
    OPUS_UWS_CHECK(made->feed(body.substr(body.size() / 2)));
    return made->finish(request);
  }
  std::size_t files_in_folder() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder.path()), {}));
  }
};

const std::string k_multipart = "multipart/form-data; boundary=b";
const std::string k_two_parts =
    "--b\r\nContent-Disposition: form-data; name=\"sigma\"\r\n\r\n3\r\n"
    "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.fits\"\r\n"
    "Content-Type: image/fits\r\n\r\nSIMPLE\r\n--b--";

}  // namespace

TEST_CASE("UWS-CRE-05: an urlencoded body becomes form fields") {
  BodyRig rig("application/x-www-form-urlencoded; charset=UTF-8");
  REQUIRE(rig.read(BodyKind::form, "PHASE=RUN&sigma=3%2E5"));
  CHECK(rig.request.form == Pairs{{"PHASE", "RUN"}, {"sigma", "3.5"}});
}

TEST_CASE("UWS-CRE-06: a multipart body becomes fields and files on disk") {
  BodyRig rig(k_multipart);
  REQUIRE(rig.read(BodyKind::form, k_two_parts));
  CHECK(rig.request.form == Pairs{{"sigma", "3"}});
  REQUIRE(rig.request.files.size() == 1);
  const UploadedFile& file = rig.request.files.front();
  CHECK(file.field == "image");
  CHECK(file.file_name == "a.fits");
  CHECK(file.media_type == "image/fits");
  CHECK(file.content.path().parent_path() == rig.folder.path());
  CHECK(TempFolder::read(file.content.path()) == "SIMPLE");
}

TEST_CASE("uploaded files vanish with the request unless they were taken") {
  BodyRig rig(k_multipart);
  REQUIRE(rig.read(BodyKind::form, k_two_parts));
  CHECK(rig.files_in_folder() == 1);
  rig.request.files.clear();
  CHECK(rig.files_in_folder() == 0);

  REQUIRE(rig.read(BodyKind::form, k_two_parts));
  std::filesystem::rename(rig.request.files.front().content.path(), rig.folder / "taken");
  rig.request.files.clear();
  CHECK(TempFolder::read(rig.folder / "taken") == "SIMPLE");
}

TEST_CASE("a multipart body that breaks off leaves no file behind") {
  BodyRig rig(k_multipart);
  const auto read = rig.read(BodyKind::form, k_two_parts.substr(0, k_two_parts.size() - 6));
  REQUIRE_FALSE(read);
  CHECK(read.error().code == Errc::invalid_argument);
  CHECK(rig.files_in_folder() == 0);
}

TEST_CASE("a file field in which nothing was chosen counts as absent") {
  BodyRig rig(k_multipart);
  REQUIRE(rig.read(BodyKind::form,
                   "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"\"\r\n\r\n"
                   "\r\n--b--"));
  CHECK(rig.request.files.empty());
  CHECK(rig.files_in_folder() == 0);
}

TEST_CASE("UWS-CRE-07: a form of an undeclared type is unsupported, and says what is expected") {
  for (const char* type : {"application/json", "application/xml", "text/plain"}) {
    BodyRig rig(type);
    const auto reader = rig.reader(BodyKind::form, 10);
    REQUIRE_FALSE(reader);
    CHECK(reader.error().code == Errc::unsupported);
    CHECK(reader.error().message ==
          "Content-Type: expected application/x-www-form-urlencoded or multipart/form-data, got '" +
              std::string(type) + "'");
  }
  CHECK(BodyRig().reader(BodyKind::form, 10).error().code == Errc::unsupported);
  CHECK(BodyRig().reader(BodyKind::form, 0));  // no body, no type
}

TEST_CASE("UWS-PAR-14: bodies over a limit are refused, announced or not") {
  BodyRig rig("application/x-www-form-urlencoded");
  rig.limits.fields_bytes = 20;
  rig.limits.field_bytes = 10;
  CHECK(rig.reader(BodyKind::form, 21).error().code == Errc::too_large);
  CHECK(rig.reader(BodyKind::form, 20));
  CHECK(rig.read(BodyKind::form, "a=" + std::string(10, 'x')));
  CHECK(rig.read(BodyKind::form, "a=" + std::string(11, 'x')).error().code == Errc::too_large);
  CHECK(rig.read(BodyKind::form, std::string(21, 'x')).error().code == Errc::too_large);
  rig.limits.parts = 2;
  CHECK(rig.read(BodyKind::form, "a=1&b=2&c=3").error().code == Errc::too_large);

  BodyRig multipart(k_multipart);
  multipart.limits.body_bytes = 100;
  CHECK(multipart.reader(BodyKind::form, 101).error().code == Errc::too_large);
  CHECK(multipart.read(BodyKind::form, k_two_parts).error().code == Errc::too_large);
  CHECK(multipart.files_in_folder() == 0);
  multipart.limits = {};
  multipart.limits.field_bytes = 0;
  CHECK(multipart.read(BodyKind::form, k_two_parts).error().message ==
        "form parameter 'sigma': at most 0 bytes");
  multipart.limits = {};
  multipart.limits.fields_bytes = 0;
  CHECK(multipart.read(BodyKind::form, k_two_parts).error().code == Errc::too_large);
}

TEST_CASE("a multipart upload that cannot be stored is unavailable") {
  BodyRig rig(k_multipart);
  const auto reader = make_body_reader(rig.request, BodyKind::form, std::nullopt, rig.limits,
                                       rig.folder / "missing");
  REQUIRE(reader);
  const auto fed = (*reader)->feed(k_two_parts);
  REQUIRE_FALSE(fed);
  CHECK(fed.error().code == Errc::unavailable);
  CHECK(fed.error().message.find("cannot create a file in ") == 0);
}

TEST_CASE("UWS-PAR-04: a plain body is a value, any other type a file") {
  BodyRig text("text/plain");
  REQUIRE(text.read(BodyKind::value, "3.5"));
  CHECK(text.request.body == "3.5");
  BodyRig none;
  REQUIRE(none.read(BodyKind::value, "3.5"));
  CHECK(none.request.body == "3.5");
  BodyRig fits("image/fits");
  REQUIRE(fits.read(BodyKind::value, "SIMPLE"));
  REQUIRE(fits.request.files.size() == 1);
  CHECK(fits.request.files[0].media_type == "image/fits");
  CHECK(TempFolder::read(fits.request.files[0].content.path()) == "SIMPLE");
}

TEST_CASE("where no body is wanted it is dropped, up to a limit") {
  BodyRig rig("application/json");
  rig.limits.fields_bytes = 10;
  CHECK(rig.read(BodyKind::none, "{}"));
  CHECK(rig.reader(BodyKind::none, 11).error().code == Errc::too_large);
}

#include "server/rest/body.hpp"

#include <utility>

#include "server/rest/multipart.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

Error too_large(std::string what, std::uint64_t limit) {
  return {Errc::too_large, std::move(what) + ": at most " + std::to_string(limit) + " bytes"};
}

/// Counts what comes against the limit of the whole body, which matters for chunked ones.
class CountedBody : public BodyReader {
 public:
  explicit CountedBody(std::uint64_t limit) noexcept : limit_(limit) {}

  Result<void> feed(std::string_view data) final {
    if (data.size() > limit_ - count_) return too_large("request body too large", limit_);
    count_ += data.size();
    return take(data);
  }

 protected:
  virtual Result<void> take(std::string_view data) = 0;

 private:
  std::uint64_t limit_;
  std::uint64_t count_ = 0;
};

class DroppedBody final : public CountedBody {
 public:
  using CountedBody::CountedBody;
  Result<void> take(std::string_view) override { return {}; }
  Result<void> finish(Request&) override { return {}; }
};

class UrlencodedBody final : public CountedBody {
 public:
  explicit UrlencodedBody(const BodyLimits& limits)
      : CountedBody(limits.fields_bytes), limits_(limits) {}

  Result<void> take(std::string_view data) override {
    text_ += data;
    return {};
  }
  Result<void> finish(Request& request) override {
    OPUS_UWS_TRY(Pairs fields, parse_urlencoded(text_, "form"));
    if (fields.size() > limits_.parts)
      return Error{Errc::too_large,
                   "form: more than " + std::to_string(limits_.parts) + " parameters"};
    for (const auto& [name, value] : fields)
      if (value.size() > limits_.field_bytes)
        return too_large("form parameter " + in_quotes(name), limits_.field_bytes);
    request.form = std::move(fields);
    return {};
  }

 private:
  BodyLimits limits_;
  std::string text_;
};

class MultipartBody final : public CountedBody, private PartSink {
 public:
  MultipartBody(std::string_view boundary, const BodyLimits& limits, std::filesystem::path folder)
      : CountedBody(limits.body_bytes),
        limits_(limits),
        folder_(std::move(folder)),
        parser_(boundary, {limits.part_header_bytes, limits.parts}, *this) {}

  Result<void> take(std::string_view data) override { return parser_.feed(data); }
  Result<void> finish(Request& request) override {
    OPUS_UWS_CHECK(parser_.finish());
    request.form = std::move(fields_);
    request.files = std::move(files_);
    return {};
  }

 private:
  Result<void> on_part(PartHeader header) override {
    in_file_ = header.is_file;
    if (!in_file_) {
      fields_.emplace_back(std::move(header.name), std::string());
      return {};
    }
    OPUS_UWS_TRY(TemporaryFile content, TemporaryFile::create(folder_));
    files_.push_back({std::move(header.name), std::move(header.file_name),
                      std::move(header.media_type), std::move(content)});
    return {};
  }
  Result<void> on_data(std::string_view data) override {
    if (in_file_) return files_.back().content.write(data);
    auto& [name, value] = fields_.back();
    if (value.size() + data.size() > limits_.field_bytes)
      return too_large("form parameter " + in_quotes(name), limits_.field_bytes);
    fields_bytes_ += data.size();
    if (fields_bytes_ > limits_.fields_bytes)
      return too_large("all form parameters together", limits_.fields_bytes);
    value += data;
    return {};
  }
  Result<void> on_part_end() override {
    if (!in_file_) return {};
    OPUS_UWS_CHECK(files_.back().content.close());
    // What a browser sends for a file field in which nothing was chosen.
    if (files_.back().file_name.empty() && files_.back().content.size() == 0) files_.pop_back();
    return {};
  }

  BodyLimits limits_;
  std::filesystem::path folder_;
  Pairs fields_;
  std::vector<UploadedFile> files_;
  std::size_t fields_bytes_ = 0;
  bool in_file_ = false;
  MultipartParser parser_;
};

class TextBody final : public CountedBody {
 public:
  using CountedBody::CountedBody;
  Result<void> take(std::string_view data) override {
    text_ += data;
    return {};
  }
  Result<void> finish(Request& request) override {
    request.body = std::move(text_);
    return {};
  }

 private:
  std::string text_;
};

class FileBody final : public CountedBody {
 public:
  FileBody(std::uint64_t limit, TemporaryFile file, std::string media_type)
      : CountedBody(limit), file_{{}, {}, std::move(media_type), std::move(file)} {}
  Result<void> take(std::string_view data) override { return file_.content.write(data); }
  Result<void> finish(Request& request) override {
    OPUS_UWS_CHECK(file_.content.close());
    request.files.push_back(std::move(file_));
    return {};
  }

 private:
  UploadedFile file_;
};

std::string_view media_type(std::string_view content_type) noexcept {
  return trim(content_type.substr(0, content_type.find(';')));
}

bool is_document_type(std::string_view type) noexcept {
  for (const std::string_view known : {"application/x-votable+xml", "text/xml", "application/xml",
                                       "application/json", "text/plain"})
    if (iequals(type, known)) return true;
  return false;
}

}  // namespace

BodyReader::~BodyReader() = default;

Result<std::unique_ptr<BodyReader>> make_body_reader(const Request& request, BodyKind kind,
                                                     std::optional<std::uint64_t> content_length,
                                                     const BodyLimits& limits,
                                                     const std::filesystem::path& folder) {
  using Reader = std::unique_ptr<BodyReader>;
  const std::string_view content_type = request.headers.get("Content-Type").value_or("");
  const std::string_view type = media_type(content_type);
  const auto announced = [&](std::uint64_t limit) -> Result<void> {
    if (content_length.value_or(0) > limit) return too_large("request body too large", limit);
    return {};
  };

  if (kind == BodyKind::none) {
    OPUS_UWS_CHECK(announced(limits.fields_bytes));
    return Reader(std::make_unique<DroppedBody>(limits.fields_bytes));
  }
  // A body of no bytes has no type (clients send POST with Content-Length: 0).
  if (content_length == 0u && kind == BodyKind::form)
    return Reader(std::make_unique<DroppedBody>(0));
  if (kind == BodyKind::form && iequals(type, "application/x-www-form-urlencoded")) {
    OPUS_UWS_CHECK(announced(limits.fields_bytes));
    return Reader(std::make_unique<UrlencodedBody>(limits));
  }
  if (kind != BodyKind::value && iequals(type, "multipart/form-data")) {
    BodyLimits own = limits;
    if (kind == BodyKind::document) own.body_bytes = limits.document_bytes;
    OPUS_UWS_CHECK(announced(own.body_bytes));
    OPUS_UWS_TRY(const std::string boundary, multipart_boundary(content_type));
    return Reader(std::make_unique<MultipartBody>(boundary, own, folder));
  }
  if (kind == BodyKind::document) {
    if (!type.empty() && !is_document_type(type))
      return Error{Errc::unsupported,
                   "Content-Type: expected a VOTable (application/x-votable+xml, text/xml), "
                   "application/json or multipart/form-data, got " +
                       in_quotes(type)};
    OPUS_UWS_CHECK(announced(limits.document_bytes));
    return Reader(std::make_unique<TextBody>(limits.document_bytes));
  }
  if (kind == BodyKind::form)
    return Error{Errc::unsupported,
                 "Content-Type: expected application/x-www-form-urlencoded or "
                 "multipart/form-data, got " +
                     (type.empty() ? "none" : in_quotes(type))};
  if (kind == BodyKind::value && (type.empty() || iequals(type, "text/plain"))) {
    OPUS_UWS_CHECK(announced(limits.field_bytes));
    return Reader(std::make_unique<TextBody>(limits.field_bytes));
  }
  OPUS_UWS_CHECK(announced(limits.body_bytes));
  OPUS_UWS_TRY(TemporaryFile file, TemporaryFile::create(folder));
  // What curl --data-binary says of every file.
  const bool says_nothing = iequals(type, "application/x-www-form-urlencoded");
  return Reader(std::make_unique<FileBody>(limits.body_bytes, std::move(file),
                                           std::string(says_nothing ? "" : content_type)));
}

}}}  // namespace opus::uws0::rest

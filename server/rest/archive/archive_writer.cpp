#include "server/rest/archive/archive_writer.hpp"

#include <archive.h>
#include <archive_entry.h>

namespace opus { inline namespace uws0 { namespace archive {
namespace {

struct FreeArchive {
  void operator()(::archive* it) const noexcept { archive_write_free(it); }
};
struct FreeEntry {
  void operator()(::archive_entry* it) const noexcept { archive_entry_free(it); }
};

la_ssize_t append(::archive*, void* sink, const void* data, std::size_t size) {
  static_cast<std::string*>(sink)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

struct ArchiveWriter::Impl {
  std::string fresh{};
  std::unique_ptr<::archive, FreeArchive> out{archive_write_new()};
  std::unique_ptr<::archive_entry, FreeEntry> entry{archive_entry_new()};
  bool good = false;

  /// A warning (a name that the process's locale cannot show) still leaves a good archive.
  Result<void> check(la_ssize_t status) {
    if (good && status >= ARCHIVE_WARN) return {};
    const char* const why = out ? archive_error_string(out.get()) : nullptr;
    good = false;
    return Error{Errc::internal, std::string{"archive: "} + (why ? why : "out of memory"), {}};
  }
};

ArchiveWriter::ArchiveWriter(Format format) : impl_(std::make_unique<Impl>()) {
  ::archive* const out = impl_->out.get();
  // No blocks: what is written can be sent at once.
  const auto set_format = [&] {
    if (format == Format::tar) return archive_write_set_format_gnutar(out) == ARCHIVE_OK;
    return archive_write_set_format_zip(out) == ARCHIVE_OK &&
           archive_write_zip_set_compression_store(out) == ARCHIVE_OK;
  };
  impl_->good = out && impl_->entry && set_format() &&
                archive_write_add_filter_none(out) == ARCHIVE_OK &&
                archive_write_set_bytes_per_block(out, 0) == ARCHIVE_OK &&
                archive_write_set_bytes_in_last_block(out, 1) == ARCHIVE_OK &&
                archive_write_open(out, &impl_->fresh, nullptr, append, nullptr) == ARCHIVE_OK;
}

ArchiveWriter::~ArchiveWriter() = default;

Result<void> ArchiveWriter::begin(std::string_view name, std::uint64_t size, TimePoint modified) {
  OPUS_UWS_CHECK(impl_->check(ARCHIVE_OK));
  ::archive_entry* const entry = archive_entry_clear(impl_->entry.get());
  // As bytes: the locale of a server must not decide about names.
  archive_entry_set_pathname(entry, std::string{name}.c_str());
  archive_entry_set_size(entry, static_cast<la_int64_t>(size));
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_mtime(
      entry, std::chrono::floor<std::chrono::seconds>(modified.time_since_epoch()).count(), 0);
  return impl_->check(archive_write_header(impl_->out.get(), entry));
}

Result<void> ArchiveWriter::write(std::string_view data) {
  OPUS_UWS_CHECK(impl_->check(ARCHIVE_OK));
  const la_ssize_t written = archive_write_data(impl_->out.get(), data.data(), data.size());
  OPUS_UWS_CHECK(impl_->check(written));
  if (static_cast<std::size_t>(written) == data.size()) return {};
  impl_->good = false;
  return Error{Errc::internal, "archive: more content than the file's size", {}};
}

Result<void> ArchiveWriter::finish() {
  OPUS_UWS_CHECK(impl_->check(ARCHIVE_OK));
  return impl_->check(archive_write_close(impl_->out.get()));
}

void ArchiveWriter::take(std::string& out) {
  out += impl_->fresh;
  impl_->fresh.clear();
}

}}}  // namespace opus::uws0::archive

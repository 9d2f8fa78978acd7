#pragma once
// The text form in which Prometheus reads numbers (exposition format 0.0.4).

#include <cstdint>
#include <string>
#include <string_view>

namespace opus { inline namespace uws0 { namespace rest {

inline constexpr std::string_view k_metrics_type = "text/plain;version=0.0.4;charset=utf-8";

/// `type`: counter, gauge or histogram.
void begin_metric(std::string& out, std::string_view name, std::string_view type,
                  std::string_view help);
/// name="value", the value escaped.
std::string label(std::string_view name, std::string_view value);
/// Shortest digits that give the number back.
std::string number(double value);
/// `labels`: joined by commas; empty = none.
void add_sample(std::string& out, std::string_view name, std::string_view labels,
                std::uint64_t value);
void add_sample(std::string& out, std::string_view name, std::string_view labels, double value);

}}}  // namespace opus::uws0::rest

// SPDX-License-Identifier: Apache-2.0
// What fmt's headers leave to its library, compiled here, so that libmurmur.so neither needs
// libfmt.so nor shows its symbols. As fmt's own src/format.cc; cmake/murmur_fmt.cmake looks whether
// this fits the installed version.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {

template FMT_API auto dragonbox::to_decimal(float x) noexcept -> dragonbox::decimal_fp<float>;
template FMT_API auto dragonbox::to_decimal(double x) noexcept -> dragonbox::decimal_fp<double>;
template FMT_API auto thousands_sep_impl(locale_ref loc) -> thousands_sep_result<char>;
template FMT_API auto decimal_point_impl(locale_ref loc) -> char;

}  // namespace detail
FMT_END_NAMESPACE

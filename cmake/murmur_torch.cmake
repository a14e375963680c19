# SPDX-License-Identifier: Apache-2.0
set(MURMUR_WITH_TORCH OFF)

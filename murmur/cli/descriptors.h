// SPDX-License-Identifier: Apache-2.0
// Standard input, output and error of a process that was started without them.
#pragma once

namespace murmur::cli {

// Opens those that are closed on /dev/null, so that no file of a run becomes descriptor 0, 1 or 2
// and receives output for the terminal. A closed standard output is opened for reading: writes to
// it fail, as on a full disk, and the command reports it. REQUIRES: called before anything else.
void open_closed_descriptors();

}  // namespace murmur::cli

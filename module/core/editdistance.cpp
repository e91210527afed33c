// SPDX-License-Identifier: BSD-3-Clause
#include "core/editdistance_p.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace Qombu {

int editDistance(const QString &a, const QString &b)
{
    std::vector<int> row(size_t(b.size()) + 1);
    std::iota(row.begin(), row.end(), 0);
    for (qsizetype i = 0; i < a.size(); ++i) {
        int diagonal = row[0]++;
        for (qsizetype j = 0; j < b.size(); ++j) {
            const auto k = size_t(j);
            const int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[k + 1];
            row[k + 1] = std::min({replaced, row[k] + 1, diagonal + 1});
        }
    }
    return row.back();
}

} // namespace Qombu

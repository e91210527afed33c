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

// As near as a third of its letters; of a short word two, but never all of them.
QString closestName(const QString &word, const QStringList &names)
{
    int least = std::min(int(word.size()) - 1, std::max(2, int(word.size()) / 3)) + 1;
    QString closest;
    for (const QString &name : names) {
        if (const int distance = editDistance(word.toLower(), name); distance < least) {
            least = distance;
            closest = name;
        }
    }
    return closest;
}

} // namespace Qombu

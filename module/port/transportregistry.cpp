// SPDX-License-Identifier: BSD-3-Clause
#include "port/transportregistry.h"

#include "core/editdistance_p.h"
#include "port/builtintransports.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>
#include <mutex>

namespace Qombu {

Transport::~Transport() = default;

namespace {

struct Table
{
    std::mutex mutex;
    std::vector<TransportInfo> rows = Builtin::transports(); // guarded by mutex
};

Table &table()
{
    static Table instance;
    return instance;
}

struct RegistryText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::TransportRegistry)
};

QStringList allSchemes(const std::vector<TransportInfo> &rows)
{
    QStringList schemes;
    for (const TransportInfo &row : rows)
        schemes += row.schemes;
    schemes.removeDuplicates();
    return schemes;
}

Error unknownScheme(const QString &scheme, const QStringList &known)
{
    const QString closest = closestName(scheme, known);
    const QString text = closest.isNull()
        ? RegistryText::tr("There is no transport for “%1://”. Known are: %2.")
              .arg(scheme, known.join(QStringLiteral(", ")))
        : RegistryText::tr("There is no transport for “%1://”. Did you mean “%2://”?")
              .arg(scheme, closest);
    return Error(Error::Configuration, text).withRecoverable(false);
}

Error notBuilt(const TransportInfo &row)
{
    const QString text = row.missingLibrary.isEmpty()
        ? RegistryText::tr("This build of Qombu has no %1 transport: it was switched off (%2=OFF).")
              .arg(row.name, row.missingOption)
        : RegistryText::tr(
              "This build of Qombu has no %1 transport: %2 was not found when it was built "
              "(CMake's option %3).")
              .arg(row.name, row.missingLibrary, row.missingOption);
    return Error(Error::Configuration, text).withRecoverable(false);
}

} // namespace

/*!
    \class Qombu::TransportRegistry
    \inmodule Qombu
    \internal
    \brief The transports of this program, by URL scheme.
*/

std::vector<TransportInfo> TransportRegistry::all()
{
    const std::lock_guard lock(table().mutex);
    return table().rows;
}

/*!
    Returns the transport of \a scheme, or Error::Configuration: an unknown scheme suggests the
    closest known one, and one that this build lacks says why it does.
*/
Result<TransportInfo> TransportRegistry::find(const QString &scheme)
{
    const std::vector<TransportInfo> rows = all();
    for (const TransportInfo &row : rows) {
        if (!row.schemes.contains(scheme, Qt::CaseInsensitive))
            continue;
        if (row.missingOption.isEmpty())
            return row;
        return notBuilt(row);
    }
    return unknownScheme(scheme, allSchemes(rows));
}

void TransportRegistry::add(const TransportInfo &info)
{
    const std::lock_guard lock(table().mutex);
    auto &rows = table().rows;
    std::erase_if(rows, [&](const TransportInfo &row) { return row.name == info.name; });
    rows.insert(rows.begin(), info);
}

} // namespace Qombu

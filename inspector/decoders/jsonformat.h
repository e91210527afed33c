// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qbytearrayview.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>

namespace Qombu::Inspector {

// JSON text, indented for reading. Numbers keep their digits: nothing is converted.
struct FormattedJson
{
    QString text; // what could be read, also when error is set
    QString error; // why the rest could not be read; empty if it could
    qsizetype errorOffset = -1; // byte of the input

    bool isOk() const { return error.isEmpty(); }
};

enum class JsonEnd {
    Complete,
    MayBeCut
}; // MayBeCut: the input was shortened; a missing rest is no error

FormattedJson formatJson(QByteArrayView input, JsonEnd end = JsonEnd::Complete);

// The elements of an array at the top level, as slices of the input; empty if it is not an array.
QList<QByteArrayView> jsonArrayElements(QByteArrayView input);

} // namespace Qombu::Inspector

// SPDX-License-Identifier: BSD-3-Clause
#include "jsvalues.h"

#include <cmath>

namespace QombuQml {

namespace {

constexpr double LargestExactInteger = 9007199254740992.0; // 2^53

QVariant normalized(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::Double: {
        const double number = value.toDouble();
        if (std::abs(number) <= LargestExactInteger && number == std::trunc(number)
            && !(number == 0 && std::signbit(number)))
            return QVariant(qlonglong(number));
        return value;
    }
    case QMetaType::QVariantList: {
        QVariantList list = value.toList();
        for (QVariant &item : list) {
            item = normalized(item);
            if (!item.isValid())
                item = QVariant::fromValue(nullptr); // as JSON.stringify([undefined])
        }
        return list;
    }
    case QMetaType::QVariantMap: {
        QVariantMap map = value.toMap();
        for (auto it = map.begin(); it != map.end();) {
            *it = normalized(*it);
            it = it->isValid() ? std::next(it) : map.erase(it);
        }
        return map;
    }
    default:
        if (value.metaType() == QMetaType::fromType<QJSValue>())
            return variantOf(value.value<QJSValue>());
        return value;
    }
}

} // namespace

QVariant variantOf(const QJSValue &value)
{
    if (value.isUndefined() || value.isCallable())
        return {};
    return normalized(value.toVariant(QJSValue::ConvertJSObjects));
}

} // namespace QombuQml

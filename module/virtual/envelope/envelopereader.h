// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/jsonvalues_p.h"
#include "virtual/envelope/envelopefields.h"

#include <Qombu/result.h>

namespace Qombu::Envelope {

// Fills a MessageContent from the events of one envelope. Values of no fixed shape (headers,
// unknown properties, whatever stands where something else should) go through a ValueBuilder.
class Reader
{
public:
    using SizeType = rapidjson::SizeType;

    void reset() { *this = Reader(); }
    Error takeError() const { return m_error.isError() ? m_error : m_builder.takeError(); }
    Result<MessageContent> finish();

    bool Null()
    {
        return m_inValue ? passed(m_builder.Null()) : scalar(QVariant::fromValue(nullptr));
    }
    bool Bool(bool value) { return m_inValue ? passed(m_builder.Bool(value)) : scalar(value); }
    bool RawNumber(const char *text, SizeType size, bool copy)
    {
        if (m_inValue)
            return passed(m_builder.RawNumber(text, size, copy));
        return number(QByteArrayView(text, qsizetype(size)));
    }
    bool String(const char *text, SizeType size, bool copy)
    {
        if (m_inValue)
            return passed(m_builder.String(text, size, copy));
        return string(QByteArrayView(text, qsizetype(size)));
    }
    bool Key(const char *text, SizeType size, bool copy);
    bool StartObject();
    bool EndObject(SizeType count);
    bool StartArray();
    bool EndArray(SizeType count);
    // With numbers as text these never come.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(qint64) { return false; }
    bool Uint64(quint64) { return false; }
    bool Double(double) { return false; }

private:
    enum class Place : quint8 { Before, Top, Properties, Info, After };

    bool fail(Error error)
    {
        m_error = std::move(error);
        return false;
    }
    bool string(QByteArrayView text);
    bool number(QByteArrayView text);
    bool scalar(QVariant value);
    bool value(const QVariant &value);
    bool topValue(const QVariant &value);
    bool propertyValue(const QVariant &value);
    bool infoValue(const QVariant &value);
    bool startValue();
    // After an event of the builder: is its value complete?
    bool passed(bool ok)
    {
        if (!ok || !m_builder.isDone())
            return ok;
        m_inValue = false;
        return value(m_builder.takeValue());
    }
    void startProperties();
    Error putBody();

    Place m_place = Place::Before;
    Field m_field = Field::Unknown;
    bool m_inValue = false;
    bool m_hasProperties = false;
    bool m_hasTag = false;
    bool m_hasInfo = false;
    bool m_hasExchange = false;
    bool m_hasRoutingKey = false;
    bool m_bodyIsTyped = false;
    QByteArrayView m_body; // in the reader's buffer
    QByteArray m_typedBody;
    QByteArray m_bodyEncoding;
    QByteArrayView m_key;
    QVariantMap m_extraInfo;
    MessageContent m_content;
    Json::ValueBuilder m_builder;
    Error m_error;
};

} // namespace Qombu::Envelope
